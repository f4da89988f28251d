using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Ravatar.Samples;

/// <summary>The socket between the page and the app: messages to the page in JSON, commands from it in JSON, audio from it in binary frames.</summary>
internal sealed class PageSocket(WebSocket socket)
{
    private const int MostUnsent = 256;
    private const int LargestCommand = 64 * 1024;

    private readonly Channel<byte[]> _unsent = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostUnsent) { SingleReader = true });
    private readonly byte[] _buffer = new byte[LargestCommand];

    /// <summary>Brings a message on its way. A page that takes nothing for 256 messages is given up: it has to reload, so nothing is lost unseen.</summary>
    public void Send(PageMessage message)
    {
        if (!_unsent.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(message, PageMessage.Json)))
        {
            socket.Abort();
        }
    }

    /// <summary>Writes what was sent, until the socket or the token ends.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (byte[] message in _unsent.Reader.ReadAllAsync(cancellationToken))
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
    }

    /// <summary>The next command or stretch of audio; null when the page has gone. The audio is valid until the next call.</summary>
    /// <exception cref="WebSocketException">The connection was lost.</exception>
    /// <exception cref="JsonException">The command is none.</exception>
    public async Task<PageInput?> ReadAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }
            if (part.EndOfMessage)
            {
                return part.MessageType == WebSocketMessageType.Binary
                    ? new PageInput(null, _buffer.AsMemory(0, length))
                    : new PageInput(JsonSerializer.Deserialize<PageCommand>(_buffer.AsSpan(0, length), PageMessage.Json), default);
            }
            if (length == LargestCommand)
            {
                await CloseAsync(WebSocketCloseStatus.MessageTooBig);
                return null;
            }
        }
    }

    /// <summary>Says goodbye, where somebody is still there.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(status, null, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It was lost in the middle of the goodbye, which it could do without.
        }
    }
}
