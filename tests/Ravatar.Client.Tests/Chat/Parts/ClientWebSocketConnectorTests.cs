using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a refused upgrade tells, over real sockets.</summary>
public class ClientWebSocketConnectorTests
{
    private const string Token = "secret-token";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_upgrade_tells_its_status_where_the_platform_does_and_never_the_token()
    {
        string? request = null;
        await using RawServer server = new(text =>
        {
            request = text;
            return "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        });
        ClientWebSocketConnector connector = new(o => o.SetRequestHeader("X-Kiosk", "seven"));
        RavatarConnectionException refused = await Assert.ThrowsAsync<RavatarConnectionException>(() =>
            connector.ConnectAsync(AddressOf(server), Cancellation)
        );
        Assert.Contains("X-Kiosk: seven", request, StringComparison.Ordinal);
        Assert.Contains(Token, request, StringComparison.Ordinal);
        Assert.StartsWith("The chat socket could not be opened: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, refused.ToString(), StringComparison.Ordinal);
        if (connector.TellsUpgradeStatus)
        {
            Assert.Equal(503, refused.UpgradeStatus);
            Assert.EndsWith("the server answered the upgrade with HTTP 503.", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upgrade_that_is_accepted_wrongly_has_no_status_to_tell()
    {
        await using RawServer server = new(_ =>
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"
        );
        RavatarConnectionException refused = await Assert.ThrowsAsync<RavatarConnectionException>(() =>
            new ClientWebSocketConnector(null).ConnectAsync(AddressOf(server), Cancellation)
        );
        Assert.Null(refused.UpgradeStatus);
        Assert.DoesNotContain("101", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_attempt_is_a_cancellation()
    {
        await using RawServer server = new(_ => "");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new ClientWebSocketConnector(null).ConnectAsync(AddressOf(server), new CancellationToken(canceled: true))
        );
    }

    private static Uri AddressOf(RawServer server) => new UriBuilder(server.BaseAddress) { Scheme = "ws", Query = "token=" + Token }.Uri;
}
