namespace Ravatar.Client;

/// <summary>One live audio message on its way, in a buffer that is used again for a later one.</summary>
internal sealed class AudioMessage
{
    public byte[] Buffer { get; private set; } = [];

    public int Length { get; private set; }

    /// <summary>Completes with whether it was written; false when it had to give way or its connection went. Null where the caller itself writes.</summary>
    public TaskCompletionSource<bool>? Written { get; set; }

    public ReadOnlyMemory<byte> Frame => Buffer.AsMemory(0, Length);

    public void Fill(PcmTemplate template, ReadOnlySpan<byte> samples)
    {
        int length = template.LengthFor(samples.Length);
        if (Buffer.Length < length)
        {
            Buffer = new byte[length];
        }
        Length = template.Write(samples, Buffer);
    }
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

    // As many as can be on their way at a time: those that wait, and the one that is written.
    private readonly Stack<AudioMessage> _unused = new();

    public int Count => _frames.Count;

    /// <summary>A message to fill.</summary>
    public AudioMessage Rent() => _unused.Count > 0 ? _unused.Pop() : new AudioMessage();

    /// <summary>Takes a message back that is on the wire, or will never be.</summary>
    public void Return(AudioMessage message)
    {
        message.Written = null;
        if (_unused.Count <= MaxFrames)
        {
            _unused.Push(message);
        }
    }

    /// <summary>Returns whether an older frame had to give way.</summary>
    public bool Add(AudioMessage message)
    {
        bool dropped = _frames.Count == MaxFrames;
        if (dropped)
        {
            Drop(_frames.Dequeue());
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
            Drop(stale);
        }
        return count;
    }

    private void Drop(AudioMessage message)
    {
        message.Written?.TrySetResult(false);
        Return(message);
    }
}
