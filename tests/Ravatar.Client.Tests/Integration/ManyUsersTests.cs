using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Many users in one process, over real sockets.</summary>
public sealed class ManyUsersTests
{
    private const int Users = 1000;
    private const int CallsEach = 10;
    private const int Connections = 16;

    // A guard against hanging only.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_users_share_the_connections_and_never_a_token(bool inContainer)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Token);
        server.Tokens.Projects = ["proj-abc"];
        await using ServiceProvider provider = Container(server);
        using RavatarClientFactory byHand = new(Options(server, new RavatarClientOptions()));
        IRavatarClientFactory factory = inContainer ? provider.GetRequiredService<IRavatarClientFactory>() : byHand;
        RavatarClient[] clients = [.. Enumerable.Range(0, Users).Select(i => factory.Create(UserId(i)))];
        long start = Stopwatch.GetTimestamp();
        Task[] calls =
        [
            .. from _ in Enumerable.Range(0, CallsEach)
            from client in clients
            select Task.Run(() => client.GetHistoryPageAsync(cancellationToken: Token)),
        ];
        await Task.WhenAll(calls).WaitAsync(Patience, Token);
        Assert.Equal(Users, server.Received.JwtIssued);
        Assert.Equal(Users * CallsEach, server.Received.HistoryReads);
        IReadOnlyList<ReceivedRequest> requests = server.Received.Requests;
        // More come one after another where this takes so long that connections are renewed.
        long renewals = 1 + Stopwatch.GetElapsedTime(start).Ticks / HandlerChain.ConnectionLifetime.Ticks;
        Assert.InRange(requests.Select(r => r.Connection).Distinct().Count(), Connections, Connections * renewals);
        Assert.DoesNotContain(requests, r => r.HasToken && r.TokenUserId != r.Query["user_id"]);
        Assert.Empty(server.Received.Violations);
        foreach (RavatarClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Users_who_chat_at_the_same_time_have_each_their_own_socket()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Token);
        server.Chat.AnswerWith(message => new FakeAnswer($"{message.UserId} said {message.Request}"));
        using RavatarClientFactory factory = new(Options(server, new RavatarClientOptions()));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(ChatAsync));
        Assert.Equal(20, server.Received.SocketsAccepted);
        Assert.Equal(20, server.Received.Sockets.Select(s => s.UserId).Distinct().Count());
        Assert.Empty(server.Received.Violations);

        async Task ChatAsync(int i)
        {
            await using RavatarClient client = factory.Create(UserId(i));
            await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
            Assert.Equal($"{UserId(i)} said hello {i}", (await chat.AskAsync($"hello {i}", Token)).Text);
        }
    }

    [Fact]
    public async Task One_user_whose_token_is_revoked_signs_in_alone()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Token);
        using RavatarClientFactory factory = new(Options(server, new RavatarClientOptions()));
        RavatarClient[] clients = [.. Enumerable.Range(0, 3).Select(i => factory.Create(UserId(i)))];
        await Task.WhenAll(clients.Select(c => c.GetHistoryPageAsync(cancellationToken: Token)));
        server.Tokens.Revoke(UserId(1));
        await Task.WhenAll(clients.Select(c => c.GetHistoryPageAsync(cancellationToken: Token)));
        Assert.Equal(4, server.Received.JwtIssued);
        ReceivedRequest refused = Assert.Single(server.Received.Requests, r => r.Status == 403);
        Assert.Equal(UserId(1), refused.TokenUserId);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string UserId(int i) => $"user-{i}";

    private static ServiceProvider Container(FakeRavatarServer server)
    {
        ServiceCollection services = new();
        services.AddRavatarClientFactory(o => Options(server, o));
        return services.BuildServiceProvider();
    }

    private static RavatarClientOptions Options(FakeRavatarServer server, RavatarClientOptions options)
    {
        (options.BaseAddress, options.ProjectId) = (server.BaseAddress, "proj-abc");
        // Waiting for one of few connections counts as well.
        (options.MaxConnections, options.RequestTimeout) = (Connections, Patience);
        return options;
    }
}
