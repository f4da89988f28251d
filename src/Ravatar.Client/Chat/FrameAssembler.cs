namespace Ravatar.Client;

/// <summary>
/// Puts messages together from what the socket gives, in a rented buffer that is given back while nothing comes; only the wait that ends a burst
/// holds a small one. A message over the limit is skipped to its end, and the next one is read as if nothing had been.
/// </summary>
internal sealed class FrameAssembler(IChatSocket socket, bool waitWithoutBuffer, int maxMessageBytes, MessageLog? log = null) : IDisposable
{
    private const int FirstBuffer = 4096;

    // A buffer that grew for one large message is not kept for the small ones after it. One that grew less is kept while messages are there.
    private const int KeptBuffer = 128 * 1024;

    // So many waits in a row found a message there already: messages pour in, and a wait in front of each costs more than a small buffer.
    private const int Burst = 4;

    // After so many without such a wait it is looked again whether the burst is over.
    private const int LongestBurst = 64;

    private readonly RecentTexts _recent = new();
    private PooledBuffer? _buffer;
    private int _inBurst;

    /// <summary>Reads one message and hands it over; returns the server's close frame instead, if that came.</summary>
    /// <param name="received">Takes the message.</param>
    /// <param name="beforeWaiting">Called whenever there is nothing to read for now.</param>
    public async ValueTask<SocketClose?> ReadAsync(Action<ChatEvent> received, Action beforeWaiting)
    {
        SocketRead read;
        if (waitWithoutBuffer && (_buffer?.Capacity > FirstBuffer || _inBurst < Burst || ++_inBurst > LongestBurst))
        {
            ValueTask<SocketRead> waiting = socket.ReceiveAsync(Memory<byte>.Empty);
            if (!waiting.IsCompleted)
            {
                Release();
                _inBurst = 0;
                beforeWaiting();
            }
            else
            {
                _inBurst = _inBurst < Burst ? _inBurst + 1 : Burst;
            }
            read = await waiting.ConfigureAwait(false);
            if (read.Close is not null)
            {
                return read.Close;
            }
            if (read.EndOfMessage)
            {
                log?.Received([], 0);
                received(ChatDecoder.Decode([], _recent));
                return null;
            }
        }
        PooledBuffer buffer = _buffer ??= new PooledBuffer(FirstBuffer);
        buffer.Clear();
        do
        {
            ValueTask<SocketRead> reading = socket.ReceiveAsync(Target(buffer));
            if (!reading.IsCompleted)
            {
                _inBurst = buffer.Count == 0 ? 0 : _inBurst; // no message was there: the burst is over
                beforeWaiting();
            }
            read = await reading.ConfigureAwait(false);
            if (read.Close is not null)
            {
                return read.Close;
            }
            buffer.Advance(read.Count);
            if (buffer.Count > maxMessageBytes)
            {
                return await SkipAsync(buffer, read.EndOfMessage, received, beforeWaiting).ConfigureAwait(false);
            }
        } while (!read.EndOfMessage);
        log?.Received(buffer.Span, buffer.Count);
        received(ChatDecoder.Decode(buffer.Span, _recent));
        ReleaseIfLarge();
        return null;
    }

    public void Dispose() => Release();

    // Never asks for more than one byte over the limit, so that the limit also bounds the memory.
    private Memory<byte> Target(PooledBuffer buffer)
    {
        Memory<byte> free = buffer.GetMemory();
        long allowed = (long)maxMessageBytes + 1 - buffer.Count;
        return free.Length > allowed ? free.Slice(0, (int)allowed) : free;
    }

    private async ValueTask<SocketClose?> SkipAsync(PooledBuffer buffer, bool ended, Action<ChatEvent> received, Action beforeWaiting)
    {
        long length = buffer.Count;
        byte[] start = buffer.Span.Slice(0, Math.Min(buffer.Count, 1024)).ToArray();
        buffer.Clear();
        while (!ended)
        {
            ValueTask<SocketRead> reading = socket.ReceiveAsync(buffer.GetMemory());
            if (!reading.IsCompleted)
            {
                beforeWaiting();
            }
            SocketRead read = await reading.ConfigureAwait(false);
            if (read.Close is not null)
            {
                return read.Close;
            }
            length += read.Count;
            ended = read.EndOfMessage;
        }
        log?.Received(start, length);
        received(ChatDecoder.TooLarge(start, length, maxMessageBytes));
        ReleaseIfLarge();
        return null;
    }

    private void ReleaseIfLarge()
    {
        if (_buffer is { } buffer && buffer.Capacity > KeptBuffer)
        {
            Release();
        }
    }

    private void Release()
    {
        _buffer?.Dispose();
        _buffer = null;
    }
}
