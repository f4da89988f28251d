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
