using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>
/// A server that means harm, over real sockets: bounded memory and time, and an error that says what happened. Alone, because memory is the process's. Beside
/// these: ServiceTests (packed bombs, redirects, strange ends of tokens), RetryTests, AttemptTests, HistoryPagerTests, FrameAssemblerTests, ChatDecoderBadInputTests.
/// </summary>
[Collection<ModelCollection>]
public sealed class AbuseTests
{
    private const string UserId = "user-123";
    private const long Gigabyte = 1024 * 1024 * 1024;

    // A guard against hanging only.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("/jwt", false)]
    [InlineData("/jwt", true)]
    [InlineData("/connection", false)]
    [InlineData("/connection", true)]
    [InlineData("/chat", false)]
    [InlineData("/chat", true)]
    public async Task Ten_gigabytes_are_cut_off_at_the_limit(string path, bool announced)
    {
        await using FakeRavatarServer server = await StartAsync();
        FakeResponse endless = new() { Fault = FakeFault.Endless };
        Script(server, path).AlwaysRespond(announced ? endless.WithHeader("Content-Length", Text(10 * Gigabyte)) : endless);
        await using RavatarClient client = Client(server);
        long before = GC.GetTotalAllocatedBytes();
        RavatarApiException error = await FailsAsync(client, path);
        Assert.Contains("longer than 16777216 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Received.RequestCount(path));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
    }

    [Fact]
    public async Task Ten_gigabytes_of_an_error_are_cut_off_as_well()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(FakeResponse.Failure(400) with { Fault = FakeFault.Endless });
        await using RavatarClient client = Client(server);
        RavatarApiException error = await FailsAsync(client, "/connection");
        Assert.Contains("longer than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_megabyte_of_headers_is_an_error()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(new FakeResponse().WithHeader("X-Large", new string('x', 1024 * 1024)));
        await using RavatarClient client = Client(server);
        RavatarApiException error = await FailsAsync(client, "/connection");
        Assert.Null(error.StatusCode);
        Assert.DoesNotContain("xxxx", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_a_gigabyte_is_skipped_and_the_conversation_goes_on()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server, o => o.Chat.MaxMessageBytes = 1024 * 1024);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        FakeSocket socket = await server.Received.WaitForSocketAsync(cancellationToken: Token);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = before;
        byte[] part = [.. Enumerable.Repeat((byte)'x', 1024 * 1024)];
        await socket.SendRawAsync(HeadOf(Gigabyte), Token);
        for (long sent = 0; sent < Gigabyte; sent += part.Length)
        {
            await socket.SendRawAsync(part, Token).WaitAsync(Patience, Token);
            if (sent % (Gigabyte / 16) == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
            }
        }
        UnknownEvent skipped = Assert.IsType<UnknownEvent>(await FirstAsync(chat));
        Assert.Equal(Gigabyte, skipped.Length);
        Assert.InRange(skipped.RawJson.Length, 1, 65_536);
        Assert.Contains("1048576", skipped.Problem, StringComparison.Ordinal);
        Assert.InRange(most - before, 0, Gigabyte / 16);
        Assert.NotNull((await chat.AskAsync("Still there?", Token)).Text);
        Assert.Equal(1, server.Received.SocketsAccepted);
    }

    [Theory]
    [InlineData("/jwt")]
    [InlineData("/connection")]
    [InlineData("/chat")]
    public async Task Deep_json_is_an_error(string path)
    {
        await using FakeRavatarServer server = await StartAsync();
        Script(server, path).AlwaysRespond(FakeResponse.Json("{\"x\":" + Deep() + "}"));
        await using RavatarClient client = Client(server);
        RavatarApiException error = await FailsAsync(client, path);
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.ToString().Length, 1, 10_000);
    }

    [Fact]
    public async Task A_deep_message_surfaces_and_the_conversation_goes_on()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        FakeSocket socket = await server.Received.WaitForSocketAsync(cancellationToken: Token);
        await socket.SendAsync("{\"answer\":\"a\",\"x\":" + Deep() + "}", Token);
        Assert.NotNull(await FirstAsync(chat));
        Assert.NotNull((await chat.AskAsync("Still there?", Token)).Text);
        Assert.Equal(1, server.Received.SocketsAccepted);
    }

    [Theory]
    [InlineData("/jwt", 200)]
    [InlineData("/chat", 200)]
    [InlineData("/connection", 400)]
    public async Task A_slow_drip_ends_with_the_time_out(string path, int status)
    {
        await using FakeRavatarServer server = await StartAsync();
        FakeResponse answer = status == 200 ? new FakeResponse() : FakeResponse.Failure(status);
        Script(server, path).AlwaysRespond(answer with { Fault = FakeFault.Drip, DripInterval = TimeSpan.FromSeconds(1) });
        ManualTimeProvider time = new();
        await using RavatarClient client = new(Options(server), timeProvider: time);
        Task call = CallAsync(client, path);
        await server.Received.WaitForRequestsAsync(path, 1, Token);
        await time.AdvanceToTimerAsync(TimeSpan.FromSeconds(30), cancellationToken: Token);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => call.WaitAsync(Patience, Token));
        Assert.Equal(1, server.Received.RequestCount(path));
    }

    [Fact]
    public async Task Endless_history_is_read_no_further_than_it_is_asked_for()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Chat.RespondWith(static r => EndlessHistory(r));
        await using RavatarClient client = Client(server);
        int read = 0;
        await foreach (HistoryMessage message in client.GetHistoryAsync(Token))
        {
            Assert.NotEmpty(message.Id);
            if (++read == 20_000)
            {
                break;
            }
        }
        Assert.InRange(server.Received.RequestCount("/chat"), 200, 200 + 4);
    }

    [Fact]
    public async Task A_conversation_that_recovers_from_endless_history_goes_on()
    {
        await using FakeRavatarServer server = await StartAsync();
        string text = "r";
        server.Script.Chat.RespondWith(r => EndlessHistory(r, text));
        await using RavatarClient client = Client(server, o => o.Chat.HistorySettleTime = TimeSpan.FromMilliseconds(1));
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await chat.AskAsync("hello", Token);
        text = new string('x', 40_000); // 4 MB a page
        int before = server.Received.RequestCount("/chat");
        server.Chat.DropAt(1, FakeDropPoint.AfterRecording);
        Assert.NotNull((await chat.AskAsync("Still there?", Token).WaitAsync(Patience, Token)).Text);
        // No row is the question's: it is sent again once history had time to settle. Each look reads nine pages, for 32 MiB.
        Assert.InRange(server.Received.RequestCount("/chat") - before, 9, 5 * 9);
        Assert.Equal(1, chat.GetStatistics().Resent);
    }

    [Theory]
    [InlineData("/jwt", 307)]
    [InlineData("/jwt", 308)]
    [InlineData("/chat", 302)]
    public async Task A_redirect_takes_nothing_to_another_host(string path, int status)
    {
        await using FakeRavatarServer server = await StartAsync();
        await using FakeRavatarServer elsewhere = await StartAsync();
        string target = new Uri(elsewhere.BaseAddress, path).AbsoluteUri;
        Script(server, path).AlwaysRespond(FakeResponse.Json("{}", status).WithHeader("Location", target));
        await using RavatarClient client = Client(server);
        RavatarApiException error = await FailsAsync(client, path);
        Assert.Contains(elsewhere.BaseAddress.Authority, error.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Received.Requests);
    }

    [Theory]
    [InlineData("/jwt", 500, "86400")]
    [InlineData("/connection", 504, "86400")]
    [InlineData("/connection", 504, "Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("/connection", 503, "2147483647")]
    public async Task Retry_after_a_day_or_more_is_told_and_not_waited_for(string path, int status, string retryAfter)
    {
        await using FakeRavatarServer server = await StartAsync();
        Script(server, path).AlwaysRespond(FakeResponse.Failure(status).WithHeader("Retry-After", retryAfter));
        await using RavatarClient client = Client(server, o => o.Retry.RetryBusy = true);
        RavatarApiException error = await FailsAsync(client, path);
        Assert.True(error.RetryAfter >= TimeSpan.FromDays(1));
        Assert.Equal(1, server.Received.RequestCount(path));
    }

    [Theory]
    [InlineData("99999999999999999999999")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task Retry_after_nonsense_is_none(string retryAfter)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.Enqueue(FakeResponse.Failure(504).WithHeader("Retry-After", retryAfter));
        await using RavatarClient client = Client(server);
        await client.GetConfigurationAsync(Token);
        Assert.Equal(2, server.Received.RequestCount("/connection"));
    }

    [Theory]
    [InlineData("253402300799", 1)] // the year 9999
    [InlineData("9e99", 1)]
    [InlineData("0", 5)] // expired whenever it is asked for: one sign-in for each call, and no more
    [InlineData("-9e99", 5)]
    public async Task However_strange_a_token_s_end_there_is_at_most_one_sign_in_for_each_call(string expiry, int signIns)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Tokens.AcceptAny = true;
        server.Script.Jwt.RespondWith(_ =>
            FakeResponse.Json($$"""{"result":"success","jwt":"{{Jwts.With($$"""{"exp":{{expiry}}}""")}}"}""")
        );
        await using RavatarClient client = Client(server);
        for (int call = 0; call < 5; call++)
        {
            await client.GetConfigurationAsync(Token);
        }
        Assert.Equal(signIns, server.Received.RequestCount("/jwt"));
    }

    [Theory]
    [InlineData("secret\r\nX-Injected: yes", "no HTTP header may carry")]
    [InlineData("secret\nvalue", "no HTTP header may carry")]
    [InlineData("secret\0value", "no HTTP header may carry")]
    [InlineData("secret\u00E9value", "no HTTP header may carry")]
    [InlineData("1 MB", "more than 16384 characters")]
    public async Task A_token_that_no_header_takes_is_refused_and_shown_nowhere(string token, string problem)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Tokens.IssueNext(token == "1 MB" ? string.Concat(Enumerable.Repeat("secret", 175_000)) : token);
        CollectingLogger logs = new();
        await using RavatarClient client = new(Options(server), loggerFactory: logs);
        RavatarApiException error = await FailsAsync(client, "/connection");
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString() + logs.Text, StringComparison.Ordinal);
        Assert.Equal((1, 0), (server.Received.RequestCount("/jwt"), server.Received.RequestCount("/connection")));
    }

    [Theory]
    [InlineData("1e308")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("\"NaN\"")]
    public async Task A_strange_message_time_out_breaks_no_question(string seconds)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(
            FakeResponse.Json(
                TestClient.ConfigurationJson.Replace("\"status\":200", $"\"messageTimeoutSeconds\":{seconds}", StringComparison.Ordinal)
            )
        );
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        Assert.NotNull((await chat.AskAsync("Hello?", Token)).Text);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<FakeRavatarServer> StartAsync() => FakeRavatarServer.StartAsync(cancellationToken: Token);

    private static RavatarClientOptions Options(FakeRavatarServer server) =>
        new()
        {
            UserId = UserId,
            BaseAddress = server.BaseAddress,
            Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) },
        };

    private static RavatarClient Client(FakeRavatarServer server, Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = Options(server);
        configure?.Invoke(options);
        return new RavatarClient(options);
    }

    private static FakeEndpoint Script(FakeRavatarServer server, string path) =>
        path switch
        {
            "/jwt" => server.Script.Jwt,
            "/connection" => server.Script.Connection,
            _ => server.Script.Chat,
        };

    private static Task CallAsync(RavatarClient client, string path) =>
        path == "/chat" ? client.GetHistoryPageAsync(cancellationToken: Token) : client.GetConfigurationAsync(Token);

    private static async Task<RavatarApiException> FailsAsync(RavatarClient client, string path) =>
        await Assert.ThrowsAnyAsync<RavatarApiException>(() => CallAsync(client, path).WaitAsync(Patience, Token));

    private static async Task<ChatEvent> FirstAsync(ChatChannel chat)
    {
        await foreach (ChatEvent e in chat.ReadAllAsync(Token))
        {
            return e;
        }
        throw new InvalidOperationException("The channel ended.");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Deep() => new string('[', 100_000) + new string(']', 100_000);

    /// <summary>The head of an unfragmented text frame of this length (RFC 6455 section 5.2).</summary>
    private static byte[] HeadOf(long length)
    {
        byte[] head = [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), length);
        return head;
    }

    /// <summary>Page after page of messages that nobody has seen before, the older the later.</summary>
    private static FakeResponse EndlessHistory(ReceivedRequest request, string text = "r")
    {
        int page = int.Parse(request.Query["page"], CultureInfo.InvariantCulture);
        StringBuilder json = new("{\"has_more_messages\":true,\"payload\":[");
        for (int i = 0; i < 100; i++)
        {
            long number = ((long)request.Number * 1000) + i;
            long date = 1_700_000_000_000 - (page * 1000) - i;
            json.Append(
                CultureInfo.InvariantCulture,
                $$"""{{(i == 0 ? "" : ",")}}{"_id":"m{{number}}","direction":"outgoing","request":"{{text}}","date":{{date}}}"""
            );
        }
        return FakeResponse.Json(json.Append("]}").ToString());
    }
}
