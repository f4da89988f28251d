using System.Net.WebSockets;
using System.Text;

namespace Ravatar.Client.Testing;

/// <summary>One connection to <c>/ws/chat</c>, from the server's side. Frames go out in the order they were asked for.</summary>
public sealed class FakeSocket
{
    private readonly SocketPump _pump;

    internal FakeSocket(long number, string? userId, DateTimeOffset acceptedAt, SocketPump pump)
    {
        Number = number;
        UserId = userId;
        AcceptedAt = acceptedAt;
        _pump = pump;
    }

    /// <summary>The place in the order of acceptance on this server, from 1.</summary>
    public long Number { get; }

    /// <summary>The user of its token; <see langword="null"/> when unknown (<see cref="FakeTokens.AcceptAny"/>).</summary>
    public string? UserId { get; }

    /// <summary>When it was accepted, by the server's time provider.</summary>
    public DateTimeOffset AcceptedAt { get; }

    /// <summary>Whether it still is there. A frozen one is.</summary>
    public bool IsOpen => !Ended.IsCompleted;

    /// <summary>Whether it is half-open at the moment.</summary>
    public bool IsFrozen => _pump.Gate.IsFrozen;

    /// <summary>Messages received on it.</summary>
    public int MessageCount => _pump.MessageCount;

    /// <summary>Completes when the connection has ended, in whatever way. Never fails.</summary>
    public Task Ended => _pump.Ended;

    /// <summary>How it ended, as a short sentence; <see langword="null"/> while it is open.</summary>
    public string? EndReason => _pump.EndReason;

    /// <summary>The code of the client's close frame; <see langword="null"/> when it has sent none.</summary>
    public int? ClientCloseCode => _pump.ClientCloseCode;

    /// <summary>The reason in the client's close frame.</summary>
    public string? ClientCloseReason => _pump.ClientCloseReason;

    internal SocketPump Pump => _pump;

    /// <summary>Sends a text message, valid JSON or not.</summary>
    /// <param name="text">The message.</param>
    /// <param name="cancellationToken">Cancelled already, nothing is sent; later it stops the waiting, not the sending.</param>
    /// <returns>A task that completes when it has been written.</returns>
    /// <exception cref="IOException">The connection ended before.</exception>
    public Task SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken: cancellationToken);

    /// <summary>Sends a message made of any bytes: binary, invalid UTF-8, oversized, in fragments.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="binary">Whether the frame says binary instead of text.</param>
    /// <param name="fragmentBytes">The largest fragment; 0 for one single frame.</param>
    /// <param name="cancellationToken">Cancelled already, nothing is sent; later it stops the waiting, not the sending.</param>
    /// <returns>A task that completes when it has been written.</returns>
    /// <exception cref="IOException">The connection ended before.</exception>
    public Task SendAsync(
        ReadOnlyMemory<byte> payload,
        bool binary = false,
        int fragmentBytes = 0,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fragmentBytes);
        var size = fragmentBytes == 0 ? Math.Max(1, payload.Length) : fragmentBytes;
        var type = binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
        return UnlessCancelledAsync(() => _pump.Frames.EnqueueMessageAsync(payload, type, size), cancellationToken);
    }

    /// <summary>Writes bytes straight into the TCP connection, without any WebSocket frame around them: a malformed frame, for example.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Cancelled already, nothing is sent; later it stops the waiting, not the sending.</param>
    /// <returns>A task that completes when they have been written.</returns>
    /// <exception cref="IOException">The connection ended before.</exception>
    public Task SendRawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        UnlessCancelledAsync(() => _pump.Frames.EnqueueRawAsync(bytes), cancellationToken);

    /// <summary>Sends the first half of a message's frame and loses the connection.</summary>
    /// <param name="text">The message.</param>
    /// <param name="manner">How it is lost. A reset would lose the half message too, so <see cref="FakeDropManner.Reset"/> acts like <see cref="FakeDropManner.End"/>.</param>
    /// <param name="cancellationToken">Cancelled already, nothing is sent; later it stops the waiting, not the sending.</param>
    /// <returns>A task that completes when the half has been written.</returns>
    /// <exception cref="IOException">The connection ended before.</exception>
    public Task SendCutAsync(string text, FakeDropManner manner = FakeDropManner.End, CancellationToken cancellationToken = default) =>
        UnlessCancelledAsync(
            () => _pump.CutAsync(Encoding.UTF8.GetBytes(text), new FakeDrop(FakeDropPoint.WhileAnswering, manner)),
            cancellationToken
        );

    /// <summary>Sends a close frame, after what was sent before. The connection ends when the client has answered it.</summary>
    /// <param name="code">The close code, for example 1001, 1008 or 4403.</param>
    /// <param name="reason">The reason, at most 123 bytes; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Cancelled already, nothing is sent; later it stops the waiting, not the sending.</param>
    /// <returns>A task that completes when the frame has been written.</returns>
    /// <exception cref="IOException">The connection ended before.</exception>
    public Task CloseAsync(int code = 1000, string? reason = null, CancellationToken cancellationToken = default) =>
        UnlessCancelledAsync(() => _pump.Frames.EnqueueCloseAsync(code, reason), cancellationToken);

    /// <summary>Loses the connection at once.</summary>
    /// <param name="manner">How. Defaults to a TCP reset.</param>
    public void Drop(FakeDropManner manner = FakeDropManner.Reset) => _pump.End(manner);

    /// <summary>Makes it half-open: TCP stays, but nothing is read or written, not even pongs.</summary>
    public void Freeze() => Drop(FakeDropManner.Freeze);

    /// <summary>Ends <see cref="Freeze"/>; what piled up meanwhile flows.</summary>
    public void Thaw() => _pump.Gate.Thaw();

    /// <summary>Number, user and state.</summary>
    /// <returns>A line of text.</returns>
    public override string ToString() => $"socket {Number} of {UserId ?? "(unknown)"}: {EndReason ?? "open"}";

    /// <summary>A token that is cancelled already stops the sending too; later it can only stop the waiting.</summary>
    private static Task UnlessCancelledAsync(Func<Task> send, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : send().WaitAsync(cancellationToken);
}
