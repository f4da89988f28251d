namespace Ravatar.Client.Tests;

/// <summary>
/// A socket that gives what was put into it, cut into reads as scripted, at once and on the caller's thread; when it has nothing, the read waits
/// until something is put in.
/// </summary>
internal sealed class ScriptedSocket : IChatSocket
{
    private readonly Queue<Piece> _pieces = new();
    private (Memory<byte> Buffer, TaskCompletionSource<SocketRead> Completion)? _waiting;
    private int _offset;

    /// <summary>The buffer of each read so far.</summary>
    public List<Memory<byte>> Buffers { get; } = [];

    /// <summary>Whether a read waits.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>A message that arrives in reads of at most these sizes; what is left over comes in one more.</summary>
    public void Message(ReadOnlyMemory<byte> message, params ReadOnlySpan<int> sizes)
    {
        foreach (int size in sizes)
        {
            int taken = Math.Min(size, message.Length);
            Put(new Piece(message[..taken], End: false));
            message = message[taken..];
        }
        Put(new Piece(message, End: true));
    }

    /// <summary>The first part of a message that is never finished.</summary>
    public void Part(ReadOnlyMemory<byte> part) => Put(new Piece(part, End: false));

    public void Close(int? code = 1000, string? text = null) => Put(new Piece(default, End: true, new SocketClose(code, text)));

    public void Fail(Exception failure) => Put(new Piece(default, End: true, Failure: failure));

    public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer)
    {
        Buffers.Add(buffer);
        if (_pieces.Count > 0)
        {
            return new(Take(buffer));
        }
        TaskCompletionSource<SocketRead> completion = new();
        _waiting = (buffer, completion);
        return new(completion.Task);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message) => throw new NotSupportedException();

    /// <summary>What becomes of our close frame; without it, it is sent at once.</summary>
    public Task Goodbye { get; set; } = Task.CompletedTask;

    public Task CloseOutputAsync() => Goodbye;

    public void Abort() { }

    public void Dispose() { }

    private void Put(Piece piece)
    {
        _pieces.Enqueue(piece);
        if (_waiting is { } waiting)
        {
            _waiting = null;
            waiting.Completion.SetResult(Take(waiting.Buffer));
        }
    }

    private SocketRead Take(Memory<byte> buffer)
    {
        Piece piece = _pieces.Peek();
        if (piece.Failure is not null)
        {
            throw piece.Failure;
        }
        if (piece.Close is not null)
        {
            return new SocketRead(0, EndOfMessage: true, piece.Close);
        }
        ReadOnlyMemory<byte> left = piece.Bytes[_offset..];
        // A read into nothing waits for data and takes none, unless there is none to take: as the platform's sockets do.
        int count = Math.Min(left.Length, buffer.Length);
        left[..count].CopyTo(buffer);
        _offset += count;
        bool done = _offset == piece.Bytes.Length;
        if (done)
        {
            _pieces.Dequeue();
            _offset = 0;
        }
        return new SocketRead(count, done && piece.End);
    }

    private sealed record Piece(ReadOnlyMemory<byte> Bytes, bool End, SocketClose? Close = null, Exception? Failure = null);
}
