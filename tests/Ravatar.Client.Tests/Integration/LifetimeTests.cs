using System.Net.Http.Headers;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Whose things are whose: a caller's own HTTP client, and what disposal of ours ends.</summary>
public sealed class LifetimeTests
{
    // A guard against hanging only.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_callers_own_client_gets_sign_in_and_refresh_and_stays_as_it_was()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using HttpClient own = new()
        {
            BaseAddress = new Uri("https://elsewhere.example/"),
            Timeout = TimeSpan.FromSeconds(77),
            DefaultRequestHeaders = { { "X-Mine", "yes" } },
        };
        await using (RavatarClient client = new(Options(server), own))
        {
            await client.GetConfigurationAsync();
            server.Tokens.RevokeAll();
            await client.GetConfigurationAsync();
            await client.GetHistoryPageAsync();
        }
        Assert.Equal(2, server.Received.JwtIssued);
        Assert.All(server.Received.Requests, r => Assert.Equal("yes", r.Headers["X-Mine"]));
        Assert.Equal(new Uri("https://elsewhere.example/"), own.BaseAddress);
        Assert.Equal(TimeSpan.FromSeconds(77), own.Timeout);
        KeyValuePair<string, IEnumerable<string>> header = Assert.Single(own.DefaultRequestHeaders);
        Assert.Equal("X-Mine", header.Key);
        own.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Tokens.Create("user-123"));
        using HttpResponseMessage response = await own.GetAsync(new Uri(server.BaseAddress, "/connection"));
        Assert.True(response.IsSuccessStatusCode, "The caller's client was disposed or changed.");
    }

    [Fact]
    public async Task A_callers_own_client_is_retried_as_well()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Connection.Enqueue(FakeResponse.Failure(504), new FakeResponse { Fault = FakeFault.Abort });
        using HttpClient own = new();
        RavatarClientOptions options = Options(server);
        options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        await using RavatarClient client = new(options, own);
        await client.GetConfigurationAsync();
        Assert.Equal(3, server.Received.RequestCount("/connection"));
    }

    [Fact]
    public async Task Disposal_ends_what_is_under_way()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = new(Options(server));
        await client.GetConfigurationAsync();
        using FakeHold configuration = server.Script.Connection.Hold();
        using FakeHold history = server.Script.Chat.Hold();
        Task read = client.GetConfigurationAsync();
        Task page = client.GetHistoryPageAsync();
        Task all = client.GetHistoryAsync().ToListAsync().AsTask();
        await server.Received.WaitForAsync(j => j.RequestCount("/connection") == 2 && j.RequestCount("/chat") == 2);
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
        foreach (Task call in (Task[])[read, page, all])
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Patience));
        }
    }

    [Fact]
    public async Task Disposal_ends_a_sign_in_that_is_under_way()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = new(Options(server));
        using FakeHold signIn = server.Script.Jwt.Hold();
        Task[] calls = [.. Enumerable.Range(0, 10).Select(_ => (Task)client.GetConfigurationAsync())];
        await server.Received.WaitForRequestsAsync("/jwt", 1);
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
        foreach (Task call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Patience));
        }
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    [Theory]
    [InlineData("/connection")]
    [InlineData("/jwt")]
    public async Task A_factory_s_disposal_ends_the_calls_of_its_clients(string at)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClientFactory factory = new(new() { BaseAddress = server.BaseAddress });
        await using RavatarClient client = factory.Create("user-123");
        using FakeHold hold = (at == "/jwt" ? server.Script.Jwt : server.Script.Connection).Hold();
        Task call = client.GetConfigurationAsync();
        await server.Received.WaitForRequestsAsync(at, 1);
        factory.Dispose();
        ObjectDisposedException error = await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Patience));
        Assert.Contains("factory", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.OpenChatAsync());
        Assert.Throws<ObjectDisposedException>(() => client.GetHistoryAsync());
    }

    [Fact]
    public async Task A_caller_s_own_cancellation_stays_one_when_the_factory_is_disposed()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClientFactory factory = new(new() { BaseAddress = server.BaseAddress });
        await using RavatarClient client = factory.Create("user-123");
        using CancellationTokenSource gaveUp = new();
        using FakeHold hold = server.Script.Connection.Hold();
        Task call = client.GetConfigurationAsync(gaveUp.Token);
        await server.Received.WaitForRequestsAsync("/connection", 1);
        await gaveUp.CancelAsync();
        factory.Dispose();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
        Assert.Equal(gaveUp.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_live_session_is_ended_though_the_factory_is_gone()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClientFactory factory = new(new() { BaseAddress = server.BaseAddress });
        RavatarClient client = factory.Create("user-123");
        ChatChannel chat = await client.OpenChatAsync();
        LiveSession live = await chat.StartLiveAsync();
        factory.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetConfigurationAsync());
        server.Tokens.RevokeAll(); // to end it takes another sign-in
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.True((await live.Ended).EndedOnServer);
        Assert.Empty(server.Live.Running);
    }

    [Fact]
    public async Task Every_disposal_waits_for_the_first()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = new(Options(server));
        ChatChannel chat = await client.OpenChatAsync();
        await chat.StartLiveAsync();
        Task first;
        Task second;
        using (server.Script.EndLive.Hold())
        {
            first = client.DisposeAsync().AsTask();
            await server.Received.WaitForRequestsAsync("/endLiveSession", 1);
            second = client.DisposeAsync().AsTask();
            Assert.False(second.IsCompleted);
        }
        await second.WaitAsync(Patience);
        Assert.Empty(server.Live.Running);
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_disposed_client_sends_nothing_and_may_be_disposed_again()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = new(Options(server));
        await client.DisposeAsync();
        await client.DisposeAsync();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetConfigurationAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetHistoryPageAsync());
        Assert.Throws<ObjectDisposedException>(() => client.GetHistoryAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.OpenChatAsync());
        Assert.Empty(server.Received.Requests);
    }

    [Fact]
    public async Task Who_gives_up_before_the_call_sends_nothing()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        CancellationToken gaveUp = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetConfigurationAsync(gaveUp));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetHistoryPageAsync(cancellationToken: gaveUp));
        Assert.ThrowsAny<OperationCanceledException>(() => client.GetHistoryAsync(gaveUp));
        Assert.Empty(server.Received.Requests);
    }

    [Fact]
    public async Task Who_gives_up_during_sign_in_leaves_it_to_the_others()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        using CancellationTokenSource gaveUp = new();
        Task<ChatConfiguration> first;
        Task<ChatConfiguration> second;
        using (server.Script.Jwt.Hold())
        {
            first = client.GetConfigurationAsync(gaveUp.Token);
            await server.Received.WaitForRequestsAsync("/jwt", 1);
            second = client.GetConfigurationAsync();
            await gaveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience));
        }
        await second.WaitAsync(Patience);
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Equal(1, server.Received.RequestCount("/connection"));
    }

    private static RavatarClientOptions Options(FakeRavatarServer server) =>
        new() { UserId = "user-123", BaseAddress = server.BaseAddress };
}
