using System.Net.WebSockets;
#if NETSTANDARD2_0
using System.Runtime.InteropServices;
#endif

namespace Ravatar.Client;

/// <summary>The one place that makes a <see cref="ClientWebSocket"/>.</summary>
internal sealed class ClientWebSocketConnector(Action<ClientWebSocketOptions>? configure) : IChatSocketConnector
{
    // 15 s + 8 s: the platform looks every quarter of the shorter one (2 s), so that a dead connection is noticed within 27 s, and mobile radios may
    // still sleep in between.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

#if NETSTANDARD2_0
    public bool CanWaitWithoutBuffer => false;
    public bool TellsUpgradeStatus => false;
#else
    public bool CanWaitWithoutBuffer => true;
    public bool TellsUpgradeStatus => true;
#endif

#if NET9_0_OR_GREATER
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(8);

    public bool DetectsSilentDeath => true;
#else
    public bool DetectsSilentDeath => false;
#endif

    public async Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        ClientWebSocket socket = new();
        try
        {
            socket.Options.KeepAliveInterval = KeepAliveInterval;
#if NET9_0_OR_GREATER
            socket.Options.KeepAliveTimeout = KeepAliveTimeout;
#endif
#if !NETSTANDARD2_0
            socket.Options.CollectHttpResponseDetails = true;
#endif
            configure?.Invoke(socket.Options);
#if NETSTANDARD2_0
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
#else
            await socket.ConnectAsync(address, WebSocketTransport.For(socket.Options), cancellationToken).ConfigureAwait(false);
            socket.HttpResponseHeaders = null; // of no use any more, and one dictionary less per idle channel
#endif
            return new Connected(socket);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            RavatarConnectionException failure = Describe(e, StatusOf(socket));
            socket.Dispose();
            throw failure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

#if NETSTANDARD2_0
    private static int? StatusOf(ClientWebSocket _) => null;
#else
    private static int? StatusOf(ClientWebSocket socket) => (int)socket.HttpStatusCode is > 0 and var status ? status : null;
#endif

    private static RavatarConnectionException Describe(Exception e, int? status)
    {
        // The platform's own exception can hold the address, and with it the token: it is not attached.
        string why = status is { } code and not 101 ? $"the server answered the upgrade with HTTP {code}" : NetworkFailure.Describe(e);
        return new RavatarConnectionException($"The chat socket could not be opened: {why}.", NetworkFailure.CauseOf(e))
        {
            UpgradeStatus = status is 101 ? null : status,
        };
    }

    private sealed class Connected(ClientWebSocket socket) : IChatSocket
    {
#if NETSTANDARD2_0
        public ValueTask SendAsync(ReadOnlyMemory<byte> message)
        {
            ArraySegment<byte> segment = MemoryMarshal.TryGetArray(message, out ArraySegment<byte> array) ? array : new(message.ToArray());
            return new(socket.SendAsync(segment, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
        }

        public async ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer)
        {
            if (!MemoryMarshal.TryGetArray((ReadOnlyMemory<byte>)buffer, out ArraySegment<byte> array))
            {
                throw new ArgumentException("The buffer must be an array's.", nameof(buffer));
            }
            WebSocketReceiveResult result = await socket.ReceiveAsync(array, CancellationToken.None).ConfigureAwait(false);
            return Read(result.Count, result.EndOfMessage, result.MessageType);
        }
#else
        public ValueTask SendAsync(ReadOnlyMemory<byte> message) =>
            socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);

        public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer)
        {
            ValueTask<ValueWebSocketReceiveResult> pending = socket.ReceiveAsync(buffer, CancellationToken.None);
            if (!pending.IsCompletedSuccessfully)
            {
                return AwaitAsync(pending);
            }
            ValueWebSocketReceiveResult result = pending.Result;
            return new(Read(result.Count, result.EndOfMessage, result.MessageType));
        }

        private async ValueTask<SocketRead> AwaitAsync(ValueTask<ValueWebSocketReceiveResult> pending)
        {
            ValueWebSocketReceiveResult result = await pending.ConfigureAwait(false);
            return Read(result.Count, result.EndOfMessage, result.MessageType);
        }
#endif

        public Task CloseOutputAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        public void Abort() => socket.Abort();

        public void Dispose() => socket.Dispose();

        private SocketRead Read(int count, bool end, WebSocketMessageType type) =>
            type == WebSocketMessageType.Close
                ? new(0, true, new SocketClose((int?)socket.CloseStatus, socket.CloseStatusDescription))
                : new(count, end);
    }
}
