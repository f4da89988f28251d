using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>Reads a connection's messages, and is the one place that ends the connection.</summary>
internal sealed class SocketPump : IDisposable
{
    private const int FirstBufferBytes = 8 * 1024;

    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _stopping;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpContext _context;
    private readonly WebSocket _webSocket;
    private readonly int _maxMessageBytes;
    private readonly Action _changed;
    private string? _reason;

    private volatile bool _leaving;

    public SocketPump(HttpContext context, int maxMessageBytes, Action changed, CancellationToken stopping)
    {
        _context = context;
        _maxMessageBytes = maxMessageBytes;
        _changed = changed;
        _stopping = stopping.Register(() => End(FakeDropManner.Reset));
        var options = new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan };
        _webSocket = WebSocket.CreateFromStream(Gate, options);
        Frames = new SocketFrames(_webSocket, Gate);
    }

    public GateStream Gate { get; } = new();

    public SocketFrames Frames { get; }

    public int MessageCount { get; private set; }

    public Task Ended => _ended.Task;

    public string? EndReason => _ended.Task.IsCompleted ? _reason : null;

    public int? ClientCloseCode { get; private set; }

    public string? ClientCloseReason { get; private set; }

    public async Task RunAsync(Stream connection, DropPlan plan, Action<int, byte[], bool, FakeDrop?> receive)
    {
        Gate.Attach(connection);
        var writing = Frames.WriteAllAsync(_end.Token);
        try
        {
            await ReadMessagesAsync(plan, receive).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            SetReason($"lost: {e.Message}");
            await _end.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            Frames.Complete();
            if (await writing.ConfigureAwait(false) is { } failure)
            {
                SetReason($"lost while writing: {failure}");
            }
        }
    }

    /// <summary>Everything is over: waiters are told, the connection is Kestrel's again.</summary>
    public void Dispose()
    {
        SetReason("closed");
        Gate.Dispose();
        _webSocket.Dispose();
        _stopping.Dispose();
        _ended.TrySetResult();
    }

    public void End(FakeDropManner manner) => End(new FakeDrop(FakeDropPoint.BeforeReceiving, manner));

    /// <summary>Ends the connection at once.</summary>
    public void End(FakeDrop drop)
    {
        switch (drop.Manner)
        {
            case FakeDropManner.Freeze:
                Gate.Freeze();
                _changed();
                return;
            case FakeDropManner.Close:
                _leaving = true;
                Frames.EnqueueClose(drop.CloseCode, drop.CloseReason);
                return;
            case FakeDropManner.Reset:
                SetReason("dropped with a reset");
                _context.Abort();
                break;
            default:
                SetReason("dropped without a close frame");
                break;
        }

        _end.Cancel();
    }

    /// <summary>Ends it once all that was enqueued before is written. A reset would overtake that, so it becomes an orderly end.</summary>
    public void EndAfterFrames(FakeDrop drop) =>
        Frames.Enqueue(_ =>
        {
            End(Gently(drop));
            return ValueTask.CompletedTask;
        });

    // After half a frame a close frame would be taken for the other half: only the end of the stream can be told apart.
    public Task CutAsync(byte[] payload, FakeDrop drop) =>
        Frames.EnqueueHalfAsync(
            payload,
            () => End(drop.Manner == FakeDropManner.Close ? drop with { Manner = FakeDropManner.End } : Gently(drop))
        );

    private static FakeDrop Gently(FakeDrop drop) => drop.Manner == FakeDropManner.Reset ? drop with { Manner = FakeDropManner.End } : drop;

    private static bool EndsReading(FakeDrop drop) => drop.Manner is FakeDropManner.Reset or FakeDropManner.End;

    private void SetReason(string reason) => Interlocked.CompareExchange(ref _reason, reason, null);

    private async Task ReadMessagesAsync(DropPlan plan, Action<int, byte[], bool, FakeDrop?> receive)
    {
        while (true)
        {
            await Frames.WaitForRoomAsync(_end.Token).ConfigureAwait(false);

            // Nothing is rented while the connection is idle, and a message can be dropped before it is read.
            var first = await _webSocket.ReceiveAsync(Memory<byte>.Empty, _end.Token).ConfigureAwait(false);
            if (first.MessageType == WebSocketMessageType.Close)
            {
                await AnswerCloseAsync().ConfigureAwait(false);
                return;
            }

            var drop = plan.Begin();
            if (drop is { Point: FakeDropPoint.BeforeReceiving })
            {
                End(drop);
                if (EndsReading(drop))
                {
                    return;
                }
            }

            if (await ReadMessageAsync(first, drop).ConfigureAwait(false) is not { } payload)
            {
                return;
            }

            // The socket may have had the bytes before the gate closed: they count as arrived only once it opens.
            await Gate.PassAsync(_end.Token).ConfigureAwait(false);
            MessageCount++;
            // A service that has begun to leave takes nothing more in: what comes after a lost message is lost too.
            if (!_leaving)
            {
                receive(MessageCount, payload, first.MessageType == WebSocketMessageType.Text, drop);
            }
        }
    }

    /// <summary>The rest of a message of which nothing has been read yet; nothing when the connection ended in the middle of it.</summary>
    private async ValueTask<byte[]?> ReadMessageAsync(ValueWebSocketReceiveResult part, FakeDrop? drop)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        var length = 0;
        try
        {
            while (!part.EndOfMessage)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }

                part = await _webSocket.ReceiveAsync(buffer.AsMemory(length), _end.Token).ConfigureAwait(false);
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await AnswerCloseAsync().ConfigureAwait(false);
                    return null;
                }

                if (drop is { Point: FakeDropPoint.WhileReceiving })
                {
                    End(drop);
                    if (EndsReading(drop))
                    {
                        return null;
                    }
                }

                if (length > _maxMessageBytes)
                {
                    SetReason($"the client sent a message of more than {_maxMessageBytes} bytes");
                    await Frames.EnqueueCloseAsync(1009, "message too big").ConfigureAwait(false);
                    return null;
                }
            }

            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private async Task AnswerCloseAsync()
    {
        const int noCode = (int)WebSocketCloseStatus.Empty;
        ClientCloseCode = (int?)_webSocket.CloseStatus;
        ClientCloseReason = _webSocket.CloseStatusDescription;
        SetReason("closed by the client");
        if (_webSocket.State == WebSocketState.CloseReceived)
        {
            await Frames.EnqueueCloseAsync(ClientCloseCode is null or noCode ? 1000 : ClientCloseCode.Value, null).ConfigureAwait(false);
        }
    }
}
