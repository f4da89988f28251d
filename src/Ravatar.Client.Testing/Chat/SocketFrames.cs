using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace Ravatar.Client.Testing;

/// <summary>
/// What goes out on a connection, in order, written by one loop. The queue has no bound of its own: the reading side waits while more
/// than <see cref="MaxUnwritten"/> frames are unwritten, so only a test that pushes without awaiting can outgrow it.
/// </summary>
internal sealed class SocketFrames(WebSocket webSocket, GateStream gate)
{
    public const int MaxUnwritten = 4096;

    private readonly Channel<Frame> _queue = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
    private int _unwritten;

    /// <summary>Waits while too much is unwritten.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _unwritten) > MaxUnwritten)
        {
            await EnqueueAsync(static _ => ValueTask.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task EnqueueAsync(Func<CancellationToken, ValueTask> write)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Enqueue(write, written))
        {
            written.SetException(Gone(null));
        }

        return written.Task;
    }

    /// <summary>Nobody waits for it: on a connection that has ended it is lost.</summary>
    public void Enqueue(Func<CancellationToken, ValueTask> write) => Enqueue(write, null);

    public void EnqueueText(byte[] payload) =>
        Enqueue(end => webSocket.SendAsync(payload.AsMemory(), WebSocketMessageType.Text, true, end), null);

    public Task EnqueueMessageAsync(ReadOnlyMemory<byte> payload, WebSocketMessageType type, int fragmentBytes) =>
        EnqueueAsync(async end =>
        {
            var rest = payload;
            do
            {
                var part = rest[..Math.Min(fragmentBytes, rest.Length)];
                rest = rest[part.Length..];
                await webSocket.SendAsync(part, type, rest.IsEmpty, end).ConfigureAwait(false);
            } while (!rest.IsEmpty);
        });

    public Task EnqueueCloseAsync(int code, string? reason) =>
        EnqueueAsync(end => new ValueTask(webSocket.CloseOutputAsync((WebSocketCloseStatus)code, reason, end)));

    public void EnqueueClose(int code, string? reason) =>
        Enqueue(end => new ValueTask(webSocket.CloseOutputAsync((WebSocketCloseStatus)code, reason, end)), null);

    public Task EnqueueRawAsync(ReadOnlyMemory<byte> bytes) => EnqueueAsync(end => WriteRawAsync(bytes, end));

    /// <summary>The frame of a text, its head announcing all of it, cut off after half of the payload; then whatever ends the connection.</summary>
    public Task EnqueueHalfAsync(byte[] payload, Action then) =>
        EnqueueAsync(async end =>
        {
            await WriteRawAsync(FrameHead(payload.Length), end).ConfigureAwait(false);
            await WriteRawAsync(payload.AsMemory(0, payload.Length / 2), end).ConfigureAwait(false);
            then();
        });

    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Writes until <see cref="Complete"/> or the end of the connection; says why it stopped, if not in good order.</summary>
    public async Task<string?> WriteAllAsync(CancellationToken end)
    {
        try
        {
            await foreach (var frame in _queue.Reader.ReadAllAsync(end).ConfigureAwait(false))
            {
                await WriteAsync(frame, end).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e)
            when (e
                    is WebSocketException
                        or IOException
                        or OperationCanceledException
                        or ObjectDisposedException
                        or InvalidOperationException
            )
        {
            return e.Message;
        }
        finally
        {
            Complete();
            while (_queue.Reader.TryRead(out var frame))
            {
                frame.Written?.TrySetException(Gone(null));
            }
        }
    }

    private async ValueTask WriteAsync(Frame frame, CancellationToken end)
    {
        try
        {
            await frame.Write(end).ConfigureAwait(false);
            frame.Written?.TrySetResult();
        }
        catch (ArgumentException e)
        {
            // Asked for something impossible, a close code for example: the connection is as good as before.
            frame.Written?.TrySetException(e);
        }
        catch (Exception e)
        {
            frame.Written?.TrySetException(Gone(e));
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _unwritten);
        }
    }

    private async ValueTask WriteRawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await gate.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await gate.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool Enqueue(Func<CancellationToken, ValueTask> write, TaskCompletionSource? written)
    {
        Interlocked.Increment(ref _unwritten);
        return _queue.Writer.TryWrite(new Frame(write, written));
    }

    private static IOException Gone(Exception? cause) => new("The socket ended before this was written.", cause);

    /// <summary>RFC 6455, section 5.2: a final, unmasked text frame.</summary>
    private static byte[] FrameHead(int length)
    {
        const byte finalText = 0x81;
        if (length < 126)
        {
            return [finalText, (byte)length];
        }

        var head = new byte[length <= ushort.MaxValue ? 4 : 10];
        head[0] = finalText;
        if (head.Length == 4)
        {
            head[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)length);
        }
        else
        {
            head[1] = 127;
            BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), length);
        }

        return head;
    }

    private readonly record struct Frame(Func<CancellationToken, ValueTask> Write, TaskCompletionSource? Written);
}
