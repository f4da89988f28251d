using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Tokens that are no longer good, over real sockets.</summary>
public sealed class ExpiredTokenTests
{
    private const int Calls = 1000;
    private const int Rounds = 20;

    // A guard against hanging only.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_thousand_calls_that_are_refused_together_share_one_sign_in()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        await client.GetConfigurationAsync();
        for (int round = 0; round < Rounds; round++)
        {
            server.Received.Clear();
            server.Tokens.RevokeAll();
            Task<ChatConfiguration>[] calls;
            // The worst case: nobody is refused before everybody has asked with the old token.
            using (server.Script.Connection.Hold())
            {
                calls = CallAtOnce(client);
                await server.Received.WaitForRequestsAsync("/connection", Calls);
            }
            await Task.WhenAll(calls).WaitAsync(Patience);
            Assert.Equal(1, server.Received.RequestCount("/jwt"));
            Assert.Equal(2 * Calls, server.Received.RequestCount("/connection"));
            Assert.Equal(Calls, server.Received.ConnectionReads);
            Assert.Empty(server.Received.Violations);
        }
    }

    [Fact]
    public async Task A_thousand_calls_on_a_token_whose_end_has_come_share_one_sign_in_and_meet_no_refusal()
    {
        ManualTimeProvider time = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time });
        await using RavatarClient client = new(Options(server), timeProvider: time);
        await client.GetConfigurationAsync();
        for (int round = 0; round < Rounds; round++)
        {
            server.Received.Clear();
            time.Advance(TimeSpan.FromHours(24));
            await Task.WhenAll(CallAtOnce(client)).WaitAsync(Patience);
            Assert.Equal(1, server.Received.RequestCount("/jwt"));
            Assert.Equal(Calls, server.Received.RequestCount("/connection"));
            Assert.Equal(Calls, server.Received.ConnectionReads);
        }
    }

    [Fact]
    public async Task Calls_that_come_and_go_while_tokens_are_revoked_all_succeed()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        await client.GetConfigurationAsync();
        const int Revocations = 10;
        for (int i = 0; i < Revocations; i++)
        {
            Task[] calls = [.. Enumerable.Range(0, 50).Select(_ => Task.Run(() => client.GetHistoryPageAsync()))];
            await Task.WhenAll(calls).WaitAsync(Patience);
            server.Tokens.RevokeAll();
        }
        // The last revocation met no call.
        Assert.Equal(Revocations, server.Received.JwtIssued);
        Assert.Equal(Revocations * 50, server.Received.HistoryReads);
    }

    [Fact]
    public async Task A_token_that_is_revoked_while_a_request_is_under_way_is_replaced()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        Task<ChatConfiguration> call;
        using (server.Script.Connection.Hold())
        {
            call = client.GetConfigurationAsync();
            await server.Received.WaitForRequestsAsync("/connection", 1);
            server.Tokens.RevokeAll();
        }
        Assert.Equal(server.Configuration.Session, (await call.WaitAsync(Patience)).Session);
        Assert.Equal([403, 200], Statuses(server, "/connection"));
        Assert.Equal(2, server.Received.JwtIssued);
    }

    [Fact]
    public async Task A_refusal_that_comes_late_uses_the_token_that_is_there_by_then()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        Task<ChatConfiguration> late;
        using (server.Script.Connection.Hold())
        {
            late = client.GetConfigurationAsync();
            await server.Received.WaitForRequestsAsync("/connection", 1);
            server.Tokens.RevokeAll();
            await client.GetHistoryPageAsync();
            Assert.Equal(2, server.Received.JwtIssued);
        }
        await late.WaitAsync(Patience);
        Assert.Equal([403, 200], Statuses(server, "/connection"));
        Assert.Equal(2, server.Received.JwtIssued);
    }

    [Fact]
    public async Task A_token_that_expires_on_the_servers_clock_alone_is_replaced_once_for_all()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(Options(server));
        await client.GetConfigurationAsync();
        server.ClockSkew = TimeSpan.FromHours(25);
        await client.GetConfigurationAsync();
        await client.GetConfigurationAsync();
        Assert.Equal(2, server.Received.JwtIssued);
        Assert.Equal([200, 403, 200, 200], Statuses(server, "/connection"));
    }

    [Fact]
    public async Task A_server_that_revokes_the_old_token_with_each_new_one_is_served_as_well()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Tokens.NewTokenRevokesOlder = true;
        await using RavatarClient one = new(Options(server));
        await using RavatarClient other = new(Options(server));
        for (int i = 0; i < 3; i++)
        {
            await one.GetConfigurationAsync();
            await other.GetConfigurationAsync();
        }
        Assert.Equal(6, server.Received.ConnectionReads);
        Assert.Equal(6, server.Received.JwtIssued);
    }

    [Fact]
    public async Task A_refresh_ahead_of_the_end_that_fails_leaves_the_token_in_use()
    {
        ManualTimeProvider time = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time });
        await using RavatarClient client = new(Options(server), timeProvider: time);
        await client.GetConfigurationAsync();
        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(2)); // due for every client: each draws its time, 5 to 2.5 minutes ahead
        server.Script.Jwt.FailOnce(401);
        await client.GetConfigurationAsync();
        Assert.Equal([200, 401], Statuses(server, "/jwt"));
        Assert.Equal([200, 200], Statuses(server, "/connection"));
    }

    private static Task<ChatConfiguration>[] CallAtOnce(RavatarClient client) =>
        [.. Enumerable.Range(0, Calls).Select(_ => Task.Run(() => client.GetConfigurationAsync()))];

    private static IEnumerable<int?> Statuses(FakeRavatarServer server, string path) =>
        server.Received.Requests.Where(r => r.Path == path).Select(r => r.Status);

    private static RavatarClientOptions Options(FakeRavatarServer server) =>
        new()
        {
            UserId = "user-123",
            BaseAddress = server.BaseAddress,
            RequestTimeout = TimeSpan.FromMinutes(1), // a busy machine is no failure
        };
}
