namespace Ravatar.Client;

/// <summary>Lets frames pass no faster than they sound.</summary>
internal sealed class FramePace(TimeProvider time)
{
    /// <summary>4,096 samples at 16 kHz: 256 ms.</summary>
    public static readonly TimeSpan FrameTime = AudioFormat.Voice.DurationOf(PcmFramer.BytesPerFrame);

    // After a longer standstill the rest goes on from there, instead of all at once.
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(1);

    private long _start = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Waits until the next frame is due; the first is due at once.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan early = _due - time.GetElapsedTime(_start);
        if (early > TimeSpan.Zero)
        {
            await time.DelayAsync(early, cancellationToken).ConfigureAwait(false);
        }
        else if (-early > LongestCatchUp)
        {
            (_start, _due) = (time.GetTimestamp(), TimeSpan.Zero);
        }
        _due += FrameTime;
    }
}
