using System.Net.Sockets;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A TCP connection that has gone through the WebSocket handshake and no further: shows the bytes as they are on the wire.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient _tcp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RawSocket> ConnectAsync(FakeRavatarServer server)
    {
        RawSocket socket = new();
        await socket._tcp.ConnectAsync("127.0.0.1", server.BaseAddress.Port, Ct);
        var request =
            $"GET /ws/chat?token={server.Tokens.Create(BareClient.User)} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await socket._tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Ct);

        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await socket._tcp.GetStream().ReadExactlyAsync(one, Ct);
            head.Append((char)one[0]);
        }

        // The key and the answer to it are the example of RFC 6455, section 1.3.
        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.ToString(), StringComparison.Ordinal);
        return socket;
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        using MemoryStream bytes = new();
        await _tcp.GetStream().CopyToAsync(bytes, Ct).WaitAsync(BareClient.Guard, Ct);
        return bytes.ToArray();
    }

    public void Dispose() => _tcp.Dispose();
}
