namespace Ravatar.Client;

/// <summary>One live audio message on its way.</summary>
internal sealed class AudioMessage(byte[] frame)
{
    public byte[] Frame { get; } = frame;

    /// <summary>Completes with whether it was written; false when it had to give way or its connection went.</summary>
    public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// Live audio that waits for the socket: at most two seconds of it. What is older is of no use to a live avatar, so the oldest gives way, and nothing
/// outlives its connection. Not thread-safe; <see cref="Outbox"/> guards it.
/// </summary>
internal sealed class AudioLane
{
    /// <summary>Frames of 4,096 samples at 16 kHz last 256 ms: seven are 1.8 s.</summary>
    public const int MaxFrames = 7;

    private readonly Queue<AudioMessage> _frames = new();

    public int Count => _frames.Count;

    /// <summary>Returns whether an older frame had to give way.</summary>
    public bool Add(AudioMessage message)
    {
        bool dropped = _frames.Count == MaxFrames;
        if (dropped)
        {
            _frames.Dequeue().Written.TrySetResult(false);
        }
        _frames.Enqueue(message);
        return dropped;
    }

    public AudioMessage? TakeOrNull() => _frames.Count > 0 ? _frames.Dequeue() : null;

    /// <summary>Returns how many frames went.</summary>
    public int Purge()
    {
        int count = _frames.Count;
        while (TakeOrNull() is { } stale)
        {
            stale.Written.TrySetResult(false);
        }
        return count;
    }
}
