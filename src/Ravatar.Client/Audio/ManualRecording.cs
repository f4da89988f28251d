using System.Runtime.ExceptionServices;

namespace Ravatar.Client;

/// <summary>A recording that runs by itself until the user ends it. It reads a source that runs, and stops it at the end.</summary>
internal sealed class ManualRecording : IAsyncDisposable
{
    // A source that does not come to its end after it was stopped is broken.
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly WavEncoder _encoder = new();
    private readonly IAudioSource _source;
    private readonly TimeProvider _time;
    private readonly Task _reading;
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    public ManualRecording(
        IAudioSource source,
        FrameReader frames,
        long started,
        TimeSpan longest,
        Func<Memory<byte>, bool> meter,
        TimeProvider time
    )
    {
        _source = source;
        _time = time;
        Started = started;
        // A file reads without ever waiting: not on the thread of whoever pressed the button.
        _reading = Task.Run(() => ReadAsync(frames, longest, meter), CancellationToken.None);
    }

    /// <summary>When it was asked for, as a timestamp of the clock.</summary>
    public long Started { get; }

    /// <summary>Stops the source and waits for the rest of its audio.</summary>
    public async Task<WavRecording> FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _source.StopAsync(cancellationToken).ConfigureAwait(false);
            await _reading.WaitAsync(s_endTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new RavatarAudioException(
                AudioErrorCode.RecorderError,
                "The source was stopped, but its audio did not come to an end.",
                e
            );
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        _failure?.Throw();
        return _encoder.ToRecording(isPushToTalk: true);
    }

    /// <summary>Ends the recording, wherever it is, and discards it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        _stop.Cancel();
        try
        {
            await _reading.WaitAsync(s_endTimeout, _time, CancellationToken.None).ConfigureAwait(false);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            // The source heeds neither its stop nor a cancelled read: the reading is left to itself, with the token it looks at.
            return;
        }
        finally
        {
            await _source.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Never throws: whoever ends the recording is told.
    private async Task ReadAsync(FrameReader frames, TimeSpan longest, Func<Memory<byte>, bool> meter)
    {
        try
        {
            while (await frames.ReadAsync(_stop.Token).ConfigureAwait(false))
            {
                meter(frames.Frame);
                if (_encoder.Duration < longest)
                {
                    _encoder.Write(frames.Audio.Span);
                }
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
