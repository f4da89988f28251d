using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Sign-in, configuration and history over real sockets.</summary>
public class ServiceTests
{
    private const string UserId = "user-123";

    [Fact]
    public async Task A_client_signs_in_once_and_breaks_no_rule()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.History.Fill(UserId, 25);
        await using RavatarClient client = Client(server);
        ChatConfiguration configuration = await client.GetConfigurationAsync(Token);
        HistoryPage page = await client.GetHistoryPageAsync(1, 10, Token);
        Assert.NotEmpty(configuration.Avatars);
        Assert.NotNull(configuration.Session);
        Assert.Equal(10, page.Messages.Count);
        Assert.True(page.HasMore);
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(FakePageOrder.NewestPageFirst)]
    [InlineData(FakePageOrder.OldestPageFirst)]
    public async Task The_whole_history_comes_once_while_others_talk(FakePageOrder order)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.History.PageOrder = order;
        server.History.Fill(UserId, 10_000);
        server.Script.Chat.RespondWith(_ =>
        {
            server.History.AppendExchange(UserId, "from another device", "indeed");
            return null;
        });
        HashSet<string> before = [.. server.History.Rows(UserId).Select(r => r.Id!)];
        await using RavatarClient client = Client(server);
        List<string> ids = [];
        await foreach (HistoryMessage message in client.GetHistoryAsync(Token))
        {
            ids.Add(message.Id);
        }
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(before.Count, ids.Count(before.Contains));
    }

    [Fact]
    public async Task A_thousand_calls_on_a_revoked_token_share_one_sign_in()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        await client.GetConfigurationAsync(Token);
        server.Tokens.RevokeAll();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.GetConfigurationAsync(Token)));
        Assert.Equal(2, server.Received.JwtIssued);
        Assert.Equal(1001, server.Received.ConnectionReads);
    }

    [Theory]
    [InlineData(FakeFault.Abort)]
    [InlineData(FakeFault.AbortMidBody)]
    [InlineData(FakeFault.TruncateBody)]
    public async Task Broken_connections_are_tried_again(FakeFault fault)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Jwt.Enqueue(new FakeResponse { Fault = fault });
        server.Script.Connection.Enqueue(new FakeResponse { Fault = fault });
        await using RavatarClient client = Client(server, o => o.Retry.BaseDelay = TimeSpan.FromMilliseconds(1));
        Assert.NotEmpty((await client.GetConfigurationAsync(Token)).Avatars);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
        Assert.Equal(2, server.Received.RequestCount("/connection"));
    }

    [Fact]
    public async Task A_slow_drip_ends_with_the_time_out()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(new FakeResponse { Fault = FakeFault.Drip });
        ManualTimeProvider time = new();
        await using RavatarClient client = new(Options(server), timeProvider: time);
        Task<ChatConfiguration> call = client.GetConfigurationAsync(Token);
        await server.Received.WaitForRequestsAsync("/connection", 1, Token);
        await time.AdvanceToTimerAsync(TimeSpan.FromSeconds(30), cancellationToken: Token);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => call);
        Assert.Equal(1, server.Received.RequestCount("/connection"));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(new FakeResponse { Fault = FakeFault.Endless });
        await using RavatarClient client = Client(server, o => o.MaxResponseBytes = 1024 * 1024);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Contains("1048576", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_a_huge_one_is_cut_off()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(
            new FakeResponse { Status = 200, Body = Zip(new byte[200_000_000]) }.WithHeader("Content-Encoding", "gzip")
        );
        await using RavatarClient client = Client(server);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Contains("longer than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packed_answer_is_read()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(
            new FakeResponse { Status = 200, Body = Zip(System.Text.Encoding.UTF8.GetBytes(TestClient.ConfigurationJson)) }.WithHeader(
                "Content-Encoding",
                "gzip"
            )
        );
        await using RavatarClient client = Client(server);
        Assert.Equal("session-1", (await client.GetConfigurationAsync(Token)).Session);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirect_carries_the_token_nowhere(bool callersClient)
    {
        await using FakeRavatarServer server = await StartAsync();
        await using FakeRavatarServer elsewhere = await StartAsync();
        elsewhere.Tokens.AcceptAny = true;
        server.Script.Connection.AlwaysRespond(
            FakeResponse.Json("{}", 307).WithHeader("Location", new Uri(elsewhere.BaseAddress, "connection").AbsoluteUri)
        );
        using HttpClient follower = new(); // follows redirects
        await using RavatarClient client = new(Options(server), callersClient ? follower : null);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Contains(elsewhere.BaseAddress.Authority, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(elsewhere.Received.Requests, r => r.HasToken);
        Assert.Equal(callersClient ? 1 : 0, elsewhere.Received.RequestCount("/connection"));
    }

    [Theory]
    [InlineData("/connection", 307, "client")]
    [InlineData("/connection", 307, "container")]
    [InlineData("/connection", 302, "client")]
    [InlineData("/jwt", 302, "client")]
    [InlineData("/jwt", 302, "container")]
    public async Task A_redirect_that_is_followed_on_the_same_server_is_an_error_as_well(string path, int status, string way)
    {
        await using FakeRavatarServer server = await StartAsync();
        FakeEndpoint redirecting = path == "/jwt" ? server.Script.Jwt : server.Script.Connection;
        redirecting.AlwaysRespond(FakeResponse.Json("{}", status).WithHeader("Location", $"/chat?user_id={UserId}"));
        using HttpClient follower = new();
        ServiceCollection services = new();
        services
            .AddRavatarClient(o => (o.UserId, o.BaseAddress) = (UserId, server.BaseAddress))
            .ConfigurePrimaryHttpMessageHandler(static () => new HttpClientHandler());
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using RavatarClient byHand = new(Options(server), follower);
        RavatarClient client = way == "client" ? byHand : provider.GetRequiredService<RavatarClient>();
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Contains("redirects", error.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(RavatarApiException), error.GetType());
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    [Fact]
    public async Task Nobody_there_is_an_error_in_words()
    {
        FakeRavatarServer server = await StartAsync();
        await server.DisposeAsync();
        await using RavatarClient client = Client(server, o => o.Retry.MaxRetries = 0);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Assert.Null(error.StatusCode);
        Assert.Equal("POST /jwt", error.Endpoint);
        Assert.NotNull(error.Recommendation);
    }

    [Theory]
    [InlineData("253402300799")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e300")]
    [InlineData("\"soon\"")]
    public async Task A_token_with_a_strange_end_is_used(string expiry)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Tokens.RawExpiry = expiry;
        server.Tokens.AcceptAny = true;
        await using RavatarClient client = Client(server);
        Assert.NotEmpty((await client.GetConfigurationAsync(Token)).Avatars);
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    [Fact]
    public async Task A_server_whose_clock_is_days_behind_does_not_make_us_sign_in_for_every_call()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.ClockSkew = TimeSpan.FromDays(-10);
        await using RavatarClient client = Client(server);
        for (int i = 0; i < 5; i++)
        {
            await client.GetConfigurationAsync(Token);
        }
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<FakeRavatarServer> StartAsync() => FakeRavatarServer.StartAsync(cancellationToken: Token);

    private static RavatarClientOptions Options(FakeRavatarServer server) =>
        new()
        {
            UserId = UserId,
            ProjectId = "proj-abc",
            BaseAddress = server.BaseAddress,
        };

    private static RavatarClient Client(FakeRavatarServer server, Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = Options(server);
        configure?.Invoke(options);
        return new RavatarClient(options);
    }

    private static byte[] Zip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Fastest))
        {
            zip.Write(bytes);
        }
        return packed.ToArray();
    }
}
