using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Answers that are no HTTP: the platform quotes them in its exceptions, and they may quote the token.</summary>
public sealed class MalformedAnswerTests
{
    private const string Jwt = "eyJhbGciOiJIUzI1NiJ9.eyJuIjoxfQ.SIGNATURE-of-the-token";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nbad token {0}\r\n\r\n")]
    [InlineData("400 bad request: Bearer {0}\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{0}\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2@{0}\r\n{{}}\r\n0\r\n\r\n")]
    public async Task A_call_tells_nothing_of_it(string answer)
    {
        CollectingLogger logs = new();
        await using RawServer server = Server(string.Format(null, answer, Jwt));
        await using RavatarClient client = Create(server, logs);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Equal(("GET /connection", null), (error.Endpoint, error.StatusCode));
        Assert.NotEmpty(logs.WithId(202));
        Assert.NotEmpty(logs.WithId(203));
        AssertSilent($"{error}{logs.Text}");
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nbad request for {0}\r\n\r\n")]
    [InlineData("400 bad request for {0}\r\n\r\n")]
    public async Task A_socket_s_upgrade_tells_nothing_of_it(string answer)
    {
        CollectingLogger logs = new();
        await using RawServer server = Server(string.Format(null, answer, "/ws/chat?token=" + Jwt), "GET /connection");
        await using RavatarClient client = Create(server, logs);
        RavatarConnectionException error = await Assert.ThrowsAsync<RavatarConnectionException>(() =>
            client.OpenChatAsync(cancellationToken: Token)
        );
        Assert.Contains("could not be opened", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(logs.WithId(306));
        AssertSilent($"{error}{logs.Text}");
    }

    [Fact]
    public async Task What_keeps_a_connection_from_being_made_is_told()
    {
        using TcpListener unused = new(IPAddress.Loopback, 0);
        unused.Start();
        int port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        await using RavatarClient client = new(
            new()
            {
                UserId = "user-123",
                BaseAddress = new Uri($"http://127.0.0.1:{port}"),
                Retry = { MaxRetries = 0 },
            }
        );
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        SocketException cause = Assert.IsType<SocketException>(error.GetBaseException());
        Assert.Equal(SocketError.ConnectionRefused, cause.SocketErrorCode);
        Assert.Contains(cause.Message, error.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_names_and_certificates_is_told_and_nothing_else_of_the_platform_s_words()
    {
        Exception[] causes =
        [
            new SocketException((int)SocketError.HostNotFound),
            new AuthenticationException("The remote certificate is invalid: UntrustedRoot"),
        ];
        foreach (Exception cause in causes)
        {
            await using TestClient test = new(o => o.Retry.MaxRetries = 0);
            test.Server.Jwt = (_, _) => throw new HttpRequestException("quoting", new IOException("the wire", cause));
            RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync(Token));
            Assert.Contains(cause.Message, error.Message, StringComparison.Ordinal);
            Assert.Contains("chat.rvtr.ai", error.Message, StringComparison.Ordinal);
            Assert.Same(cause, error.GetBaseException());
            Assert.DoesNotContain("quoting", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("the wire", error + test.Logs.Text, StringComparison.Ordinal);
        }
    }

    private static void AssertSilent(string told)
    {
        Assert.DoesNotContain("SIGNATURE", told, StringComparison.Ordinal);
        Assert.DoesNotContain(BitConverter.ToString(Encoding.ASCII.GetBytes("SIGNATURE")), told, StringComparison.Ordinal);
    }

    private static RawServer Server(string malformed, string good = "none") =>
        new(request =>
            request.StartsWith("POST /jwt", StringComparison.Ordinal) ? RawServer.Json($$"""{"result":"success","jwt":"{{Jwt}}"}""")
            : request.StartsWith(good, StringComparison.Ordinal) ? RawServer.Json(TestClient.ConfigurationJson)
            : malformed
        );

    private static RavatarClient Create(RawServer server, CollectingLogger logs) =>
        new(
            new()
            {
                UserId = "user-123",
                BaseAddress = server.BaseAddress,
                Retry = { MaxRetries = 1, BaseDelay = TimeSpan.FromMilliseconds(1) },
                Chat = { Reconnect = { OpenAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1) } },
            },
            loggerFactory: logs
        );
}
