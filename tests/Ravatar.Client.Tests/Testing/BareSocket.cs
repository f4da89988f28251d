using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The platform's WebSocket, with one whole text at a time.</summary>
internal sealed class BareSocket(ClientWebSocket socket) : IDisposable
{
    public ClientWebSocket Socket { get; } = socket;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Ct);

    public async Task<(WebSocketMessageType Type, byte[] Payload, int Parts)> ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        MemoryStream message = new();
        var parts = 0;
        while (true)
        {
            var part = await Socket.ReceiveAsync(buffer.AsMemory(), Ct).AsTask().WaitAsync(BareClient.Guard, Ct);
            message.Write(buffer, 0, part.Count);
            parts++;
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.ToArray(), parts);
            }
        }
    }

    public async Task<JsonElement> ReceiveJsonAsync() => JsonDocument.Parse((await ReceiveAsync()).Payload).RootElement;

    public async Task<string?> ReceiveAnswerAsync() => (await ReceiveJsonAsync()).GetProperty("answer").GetString();

    public async Task<JsonElement> AskAsync(string request)
    {
        await SendAsync(BareClient.Text(request));
        return await ReceiveJsonAsync();
    }

    /// <summary>Reads to the end; says what was read before, and how it ended: a close code, or the exception.</summary>
    public async Task<(List<string> Texts, int? CloseCode, Exception? Error)> ReadToEndAsync()
    {
        List<string> texts = [];
        try
        {
            while (true)
            {
                var (type, payload, _) = await ReceiveAsync();
                if (type == WebSocketMessageType.Close)
                {
                    return (texts, (int?)Socket.CloseStatus, null);
                }

                texts.Add(Encoding.UTF8.GetString(payload));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException && !Ct.IsCancellationRequested)
        {
            return (texts, null, e);
        }
    }

    public Task CloseAsync(int code = 1000) =>
        Socket.CloseAsync((WebSocketCloseStatus)code, code.ToString(CultureInfo.InvariantCulture), Ct);

    /// <summary>What the operating system said, if anything.</summary>
    public static SocketError? Cause(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }

    public void Dispose() => Socket.Dispose();
}
