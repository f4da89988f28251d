using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Ravatar.Client.Testing;

namespace Ravatar.Client.Tests;

/// <summary>Everything the SDK does with a token, the failures above all, against a server that quotes the token wherever it can.</summary>
internal sealed class LeakTraffic(Recording recording, FakeRavatarServer server, CancellationToken cancellationToken)
{
    /// <summary>The token of the server that speaks no HTTP.</summary>
    public const string MalformedToken = "eyJhbGciOiJIUzI1NiJ9.eyJuIjoxfQ.SIGNATURE-of-the-token";

    private string Token => server.Tokens.Issued[^1];

    public async Task RunAsync()
    {
        await using (RavatarClient client = new(Options(), loggerFactory: recording.Loggers))
        {
            recording.Keep(client);
            await CallAsync(client);
            await FailAsync(client);
            await ChatAsync(client);
            await LiveAsync(client);
        }
        ServiceCollection services = new();
        services.AddSingleton(recording.Loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        // For all its clients an application may want to see headers.
        services.ConfigureHttpClientDefaults(static b => b.RedactLoggedHeaders(static _ => false));
        services.AddRavatarClient(o =>
        {
            (o.UserId, o.BaseAddress, o.Chat.Reconnect.OpenAttempts) = ("user-456", server.BaseAddress, 2);
            (o.Retry.BaseDelay, o.Chat.Reconnect.BaseDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        });
        await ShareAsync();
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClient hosted = provider.GetRequiredService<RavatarClient>();
        await CallAsync(hosted);
        await ChatAsync(hosted);
        await server.DisposeAsync();
        await ThrowsAsync(() => hosted.OpenChatAsync(cancellationToken: cancellationToken));
        await ThrowsAsync(() => hosted.GetHistoryPageAsync(cancellationToken: cancellationToken));
    }

    /// <summary>Clients by hand and of a container's factory, and sockets, against a server whose answers are no HTTP and quote what it was asked with.</summary>
    public static async Task MalformedAsync(Recording recording, string how, CancellationToken cancellationToken)
    {
        await using RawServer raw = new(request => AnswerOf(request, how));
        void Configure(RavatarClientOptions options)
        {
            (options.UserId, options.BaseAddress) = ("user-123", raw.BaseAddress);
            (options.Retry.BaseDelay, options.Chat.Reconnect.BaseDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
            options.Chat.Reconnect.OpenAttempts = 2;
        }
        RavatarClientOptions byHand = new();
        Configure(byHand);
        ServiceCollection services = new();
        services.AddSingleton(recording.Loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddRavatarClient(Configure);
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using RavatarClient client = new(byHand, loggerFactory: recording.Loggers);
        foreach (RavatarClient one in (RavatarClient[])[client, provider.GetRequiredService<RavatarClient>()])
        {
            recording.Keep(
                await Xunit.Assert.ThrowsAnyAsync<Exception>(() => one.GetHistoryPageAsync(cancellationToken: cancellationToken))
            );
            recording.Keep(await Xunit.Assert.ThrowsAnyAsync<Exception>(() => one.OpenChatAsync(cancellationToken: cancellationToken)));
        }
    }

    private static string AnswerOf(string request, string how)
    {
        if (request.StartsWith("POST /jwt", StringComparison.Ordinal))
        {
            return RawServer.Json($$"""{"result":"success","jwt":"{{MalformedToken}}"}""");
        }
        if (request.StartsWith("GET /connection", StringComparison.Ordinal))
        {
            return RawServer.Json(TestClient.ConfigurationJson);
        }
        return how switch
        {
            "header line" => $"HTTP/1.1 400 Bad Request\r\nbad token {MalformedToken}\r\n\r\n",
            "status line" => $"400 bad request: {MalformedToken}\r\n\r\n",
            _ => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2@{MalformedToken}\r\n{{}}\r\n0\r\n\r\n",
        };
    }

    /// <summary>A factory's clients, on caches and protectors that fail and quote what they were given.</summary>
    private async Task ShareAsync()
    {
        TestCache cache = new();
        await UseAsync(cache, protector: null);
        await UseAsync(cache, protector: null);
        await UseAsync(cache, new QuotingProtector());
        cache.Before = _ => throw new InvalidOperationException("down: " + Token);
        await UseAsync(cache, protector: null);
    }

    private async Task UseAsync(TestCache cache, ITokenProtector? protector)
    {
        RavatarClientOptions options = new()
        {
            BaseAddress = server.BaseAddress,
            TokenCache = new TokenCacheOptions(cache, protector) { AllowPlainText = protector is null, Key = new byte[32] },
        };
        using RavatarClientFactory factory = new(options, loggerFactory: recording.Loggers);
        await using RavatarClient client = factory.Create("user-789");
        await client.GetConfigurationAsync(cancellationToken);
        recording.Keep(factory);
        recording.Keep(client);
    }

    private RavatarClientOptions Options()
    {
        RavatarClientOptions options = new()
        {
            UserId = "user-123",
            ProjectId = "proj-abc",
            BaseAddress = server.BaseAddress,
            TokenCache = new TokenCacheOptions(new TestCache())
            {
                AllowPlainText = true,
                Key = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32),
            },
            Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) },
            Chat = { Reconnect = { BaseDelay = TimeSpan.FromMilliseconds(1) } },
        };
        recording.Keep(options);
        return options;
    }

    private async Task CallAsync(RavatarClient client)
    {
        recording.Keep(await client.GetConfigurationAsync(cancellationToken));
        server.Tokens.RevokeAll();
        recording.Keep(await client.GetHistoryPageAsync(cancellationToken: cancellationToken));
    }

    private async Task FailAsync(RavatarClient client)
    {
        FakeResponse[] failures =
        [
            FakeResponse.Failure(500, Token),
            FakeResponse.Text(400, "text/html", $"<p>bad token {Token} in /chat?token={Uri.EscapeDataString(Token)}</p>"),
            FakeResponse.Json($$"""{"message":"{{Token}}"}""", 402),
            FakeResponse.Json($$"""{"status":503,"error":"{{Token}}"}"""),
            FakeResponse.Text(200, "text/plain", Token),
            FakeResponse.Text(302, "text/plain", "").WithHeader("Location", $"http://elsewhere.example/?token={Token}"),
            new FakeResponse { Fault = FakeFault.Abort },
        ];
        foreach (FakeResponse failure in failures)
        {
            server.Script.Connection.AlwaysRespond(failure);
            await ThrowsAsync(() => client.GetConfigurationAsync(cancellationToken));
        }
        server.Script.Connection.AlwaysRespond(null);
        string old = Token;
        server.Tokens.RevokeAll();
        server.Script.Jwt.AlwaysRespond(FakeResponse.Json($$"""{"result":"failure","error":"{{old}}","jwt":"{{old}}"}"""));
        await ThrowsAsync(() => client.GetConfigurationAsync(cancellationToken));
        server.Script.Jwt.AlwaysRespond(null);
        server.Script.Connection.RespondWith(_ => FakeResponse.Failure(403, Token));
        await ThrowsAsync(() => client.GetConfigurationAsync(cancellationToken));
        server.Script.Connection.RespondWith(null);
        await client.GetConfigurationAsync(cancellationToken);
    }

    private async Task ChatAsync(RavatarClient client)
    {
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: cancellationToken);
        recording.Keep(chat);
        recording.Keep(await chat.AskAsync("Hello", cancellationToken));
        // Each connection is proved before the next is refused.
        await ReconnectAsync(() => server.Chat.CloseConnections(4401, Quoting(Token)));
        await chat.AskAsync("closed", cancellationToken);
        server.Tokens.RevokeAll();
        await ReconnectAsync(() => server.Chat.DropConnections());
        await chat.AskAsync("refused upgrade", cancellationToken);
        server.Script.Socket.FailOnce(502, Token);
        await ReconnectAsync(() => server.Chat.CloseConnections(1011, Quoting("/ws/chat?token=" + Uri.EscapeDataString(Token))));
        await chat.AskAsync("bad gateway", cancellationToken);
        foreach (FakeSocket socket in server.Chat.Sockets)
        {
            await socket.SendRawAsync(Encoding.UTF8.GetBytes($$"""{"type":"system","content":"you sent {{Token}}"}"""), cancellationToken);
        }
        server.Chat.AnswerWith(static _ => null);
        await ThrowsAsync(() => chat.AskAsync("no answer", TimeSpan.FromMilliseconds(20), cancellationToken));
        server.Chat.AnswerWith(null);
        recording.Keep(chat.GetStatistics());
        await chat.DisposeAsync();
        recording.Keep(await chat.Completion);
        await foreach (ChatStateChange change in chat.WatchStateAsync(cancellationToken))
        {
            recording.Keep(change);
        }
        await ThrowsAsync(() => chat.AskAsync("too late", cancellationToken));
    }

    private async Task LiveAsync(RavatarClient client)
    {
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: cancellationToken);
        await using (LiveSession live = await chat.StartLiveAsync(cancellationToken: cancellationToken))
        {
            if (
                !live.PageUri.Query.Contains(Uri.EscapeDataString(Token), StringComparison.Ordinal)
                && !live.PageUri.Query.Contains(Token, StringComparison.Ordinal)
            )
            {
                throw new InvalidOperationException("The page is without a token: this traffic would prove nothing.");
            }
            await live.SendPcmAsync(new byte[8192], cancellationToken);
            await chat.AskAsync("live", cancellationToken);
            await server.Live.FailAsync(server.Live.Running[0], FakeStreamError.Timeout, cancellationToken);
            recording.Keep(live);
            await server.Live.FailAsync(server.Live.Running[0], FakeStreamError.Busy, cancellationToken);
            recording.Keep(await live.Ended);
            await foreach (RavatarLiveException error in live.ReadErrorsAsync(cancellationToken))
            {
                recording.Keep(error);
            }
        }
        server.Script.StartLive.AlwaysRespond(FakeResponse.Failure(503, Token));
        await ThrowsAsync(() => chat.StartLiveAsync(cancellationToken: cancellationToken));
        server.Script.StartLive.AlwaysRespond(
            FakeResponse.Json($$"""{"status":200,"LicenseId":"l","streamingUrl":"nonsense {{Token}}"}""")
        );
        await ThrowsAsync(() => chat.StartLiveAsync(cancellationToken: cancellationToken));
        server.Script.StartLive.AlwaysRespond(null);
    }

    /// <summary>Waits for the next connection, so that nothing is asked on the one that goes: recovery would take its time.</summary>
    private async Task ReconnectAsync(Action drop)
    {
        int sockets = server.Received.SocketsAccepted;
        drop();
        await server.Received.WaitForSocketAsync(sockets + 1, cancellationToken);
    }

    // A close reason has at most 123 bytes; the fake server's own tokens do not fit.
    private static string Quoting(string text) => text.Length <= 100 ? $"bad {text}" : "bad token";

    private async Task ThrowsAsync(Func<Task> call) => recording.Keep(await Xunit.Assert.ThrowsAnyAsync<Exception>(call));

    private sealed class QuotingProtector : ITokenProtector
    {
        public byte[] Protect(byte[] plaintext) =>
            throw new InvalidOperationException("cannot protect " + Encoding.UTF8.GetString(plaintext));

        public byte[] Unprotect(byte[] protectedData) =>
            throw new InvalidOperationException("cannot read " + Encoding.UTF8.GetString(protectedData));
    }
}
