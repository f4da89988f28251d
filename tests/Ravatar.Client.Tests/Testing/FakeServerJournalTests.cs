using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerJournalTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_ends_when_the_message_arrives()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        var waiting = server.Received.WaitForMessageAsync(message => message.Request == "b", Ct);
        await socket.AskAsync("a");
        Assert.False(waiting.IsCompleted);
        await socket.AskAsync("b");

        Assert.Equal(2, (await waiting).Number);
        Assert.Equal(1, (await server.Received.WaitForMessageAsync(message => message.Request == "a", Ct)).NumberOnSocket);
    }

    [Fact]
    public async Task Waiting_in_vain_says_what_did_arrive()
    {
        await using var server = await FakeRavatarServer.StartAsync(new() { WaitTimeout = TimeSpan.FromMilliseconds(50) }, Ct);
        using var client = await BareClient.SignInAsync(server);
        await client.GetAsync("chat");

        var error = await Assert.ThrowsAsync<TimeoutException>(() => server.Received.WaitForMessagesAsync(1, Ct));

        Assert.Contains("POST /jwt 200", error.Message, StringComparison.Ordinal);
        Assert.Contains("the query has no user_id", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using CancellationTokenSource stop = new();
        var waiting = server.Received.WaitForSocketAsync(cancellationToken: stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_condition_that_throws_fails_the_one_who_waits()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        var waiting = server.Received.WaitForAsync(
            journal => journal.Requests.Count > 0 ? throw new InvalidOperationException("oops") : false,
            Ct
        );

        using var client = await BareClient.SignInAsync(server);

        Assert.Equal("oops", (await Assert.ThrowsAsync<InvalidOperationException>(() => waiting)).Message);
        Assert.NotEmpty(client.Token);
    }

    [Fact]
    public async Task Lists_are_views_of_their_moment_and_can_be_cleared()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        await socket.AskAsync("a");
        var before = server.Received.Messages;

        await socket.AskAsync("b");
        Assert.Single(before);
        server.Received.Clear();
        await socket.AskAsync("c");

        Assert.Equal("c", Assert.Single(server.Received.Messages).Request);
        Assert.Equal((0, 0), (server.Received.JwtIssued, server.Received.RequestCount("/jwt")));
    }

    [Fact]
    public async Task Old_messages_make_room_but_stay_listed()
    {
        await using var server = await FakeRavatarServer.StartAsync(new() { JournalBytes = 1000 }, Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        for (var i = 0; i < 10; i++)
        {
            await socket.AskAsync($"question {i}");
        }

        var messages = server.Received.Messages;
        Assert.Equal(10, messages.Count);
        Assert.Equal(("question 0", ""), (messages[0].Request, messages[0].Raw));
        Assert.NotEmpty(messages[^1].Raw);
        Assert.InRange(messages.Sum(message => message.Raw.Length), 1, 1000);
    }

    [Fact]
    public async Task A_thousand_requests_at_once_are_all_served()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);

        var replies = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.GetAsync("connection")));

        Assert.All(replies, reply => Assert.Equal(200, (int)reply.Status));
        Assert.Equal(1000, server.Received.ConnectionReads);
    }

    [Fact]
    public async Task Servers_do_not_know_each_other()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FakeRavatarServer.StartAsync(cancellationToken: Ct)));

        foreach (var server in servers)
        {
            using var client = await BareClient.SignInAsync(server);
            Assert.Equal(1, server.Received.JwtIssued);
        }

        Assert.Equal(20, servers.Select(server => server.BaseAddress.Port).Distinct().Count());
        await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_taken_port_is_an_error_and_a_free_one_is_used()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        var port = server.BaseAddress.Port;

        await Assert.ThrowsAsync<IOException>(() => FakeRavatarServer.StartAsync(new() { Port = port }, Ct));
        await server.DisposeAsync();
        await using var next = await FakeRavatarServer.StartAsync(new() { Port = port }, Ct);

        Assert.Equal(port, next.BaseAddress.Port);
        await Assert.ThrowsAsync<ArgumentException>(() => FakeRavatarServer.StartAsync(new() { Port = -1 }, Ct));
    }
}
