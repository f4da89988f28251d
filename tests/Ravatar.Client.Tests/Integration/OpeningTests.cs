using System.Collections.Concurrent;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>
/// A chat is opened without a configuration in hand: what is asked for side by side, and what becomes of the rest when one of them fails.
/// </summary>
public sealed class OpeningTests
{
    private readonly KeptAttempts _attempts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_one_sign_in_configuration_history_and_socket_are_asked_for_side_by_side()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        Task<ChatChannel> opening;
        using (FakeHold configuration = server.Script.Connection.Hold())
        {
            opening = client.OpenChatAsync(cancellationToken: Token);
            await ForAsync(server, static j => j.HistoryReads == 1 && j.SocketsAccepted == 1 && j.RequestCount("/connection") == 1);
            Assert.False(opening.IsCompleted);
        }
        await using ChatChannel chat = await Soon(opening);
        Assert.Equal("Hello?", (await chat.AskAsync("Hello?", Token)).Request);
        FakeJournal journal = server.Received;
        Assert.Equal((1, 1, 1, 1), (journal.RequestCount("/jwt"), journal.ConnectionReads, journal.HistoryReads, journal.SocketsAccepted));
        Assert.Equal([], journal.Violations);
    }

    [Fact]
    public async Task None_of_the_three_waits_for_another()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        Task<ChatChannel> opening;
        using (server.Script.Connection.Hold())
        using (server.Script.Chat.Hold())
        using (server.Script.Socket.Hold())
        {
            opening = client.OpenChatAsync(cancellationToken: Token);
            await ForAsync(
                server,
                static j => j.RequestCount("/connection") == 1 && j.RequestCount("/chat") == 1 && j.RequestCount("/ws/chat") == 1
            );
        }
        await (await Soon(opening)).DisposeAsync();
    }

    [Fact]
    public async Task What_the_socket_says_before_avatar_and_language_are_known_reaches_the_first_reader()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await OpenHeldAsync(
            server,
            client,
            static async socket =>
            {
                await socket.SendAsync("""{"type":"connection","content":"welcome"}""", Token);
                await socket.SendAsync("""{"type":"system","content":"soon"}""", Token);
            }
        );
        List<ChatEvent> events = [];
        await foreach (ChatEvent e in chat.ReadAllAsync(Token))
        {
            events.Add(e);
            if (events.Count == 2)
            {
                break;
            }
        }
        Assert.IsType<ConnectionEvent>(events[0]);
        Assert.IsType<SystemEvent>(events[1]);
    }

    [Fact]
    public async Task A_socket_that_is_lost_while_the_configuration_is_read_is_replaced()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await OpenHeldAsync(
            server,
            client,
            static socket =>
            {
                socket.Drop();
                return socket.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
            }
        );
        Assert.NotNull((await chat.AskAsync("Still there?", Token)).Text);
        Assert.Equal(2, server.Received.SocketsAccepted);
    }

    [Fact]
    public async Task A_socket_on_a_token_that_the_configuration_had_to_replace_is_replaced_too()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.FailOnce(403);
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await OpenHeldAsync(server, client);
        Assert.NotNull((await chat.AskAsync("Hello?", Token)).Text);
        FakeJournal journal = server.Received;
        Assert.Equal((2, 2), (journal.RequestCount("/jwt"), journal.SocketsAccepted));
        Assert.Equal((0, 1), (journal.Sockets[0].MessageCount, journal.Sockets[1].MessageCount));
    }

    [Fact]
    public async Task A_sign_in_that_fails_with_the_configuration_in_hand_begins_nothing_either()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Tokens.RawExpiry = "1"; // used once, and due again
        await using RavatarClient client = Client(server);
        await client.GetConfigurationAsync(Token);
        int before = server.Received.Requests.Count;
        server.Script.Jwt.FailAlways(503);
        await Assert.ThrowsAsync<RavatarBusyException>(() => Soon(client.OpenChatAsync(cancellationToken: Token)));
        Assert.Equal(before + 1, server.Received.Requests.Count);
    }

    [Theory]
    [InlineData(402, typeof(RavatarPaymentRequiredException))]
    [InlineData(403, typeof(RavatarAuthenticationException))]
    [InlineData(503, typeof(RavatarBusyException))]
    [InlineData(200, typeof(RavatarApiException))] // and no JSON
    public async Task A_configuration_that_is_refused_gives_the_rest_up(int status, Type expected)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.AlwaysRespond(FakeResponse.Text(status, "text/plain", "no"));
        await using RavatarClient client = Client(server);
        Assert.IsType(expected, await Assert.ThrowsAnyAsync<RavatarException>(() => OpenHeldAsync(server, client)));
        await AssertHungUpAsync(server);
    }

    [Theory]
    [InlineData("nobody", null)]
    [InlineData(null, "xx")]
    public async Task A_choice_that_the_configuration_does_not_list_gives_the_rest_up(string? avatar, string? language)
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        ChatOptions choice = new() { AvatarId = avatar, Language = language };
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            "options",
            () => OpenHeldAsync(server, client, options: choice)
        );
        Assert.Contains("does not list", refused.Message, StringComparison.Ordinal);
        await AssertHungUpAsync(server);
        // The configuration is in hand now: a bad choice is refused before anything is sent.
        int before = server.Received.Requests.Count;
        await Assert.ThrowsAsync<ArgumentException>("options", () => client.OpenChatAsync(new() { AvatarId = "nobody" }, Token));
        Assert.Equal(before, server.Received.Requests.Count);
    }

    [Fact]
    public async Task A_configuration_that_is_refused_ends_what_is_still_on_its_way()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Connection.FailAlways(402);
        await using RavatarClient client = Client(server);
        using FakeHold history = server.Script.Chat.Hold();
        using FakeHold socket = server.Script.Socket.Hold();
        Task<ChatChannel> opening;
        using (server.Script.Connection.Hold())
        {
            opening = client.OpenChatAsync(cancellationToken: Token);
            await ForAsync(server, static j => j.RequestCount("/chat") == 1 && j.RequestCount("/ws/chat") == 1);
        }
        await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => Soon(opening));
        Assert.True(_attempts.AreOver);
        Assert.Equal(0, server.Received.SocketsAccepted);
    }

    [Theory]
    [InlineData("configuration", typeof(RavatarBusyException))]
    [InlineData("choice", typeof(ArgumentException))]
    [InlineData("socket", typeof(RavatarConnectionException))]
    public async Task Of_several_failures_the_configuration_s_is_thrown_then_the_choice_s_then_the_socket_s(string first, Type expected)
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Chat.FailAlways(402); // no failure by itself
        server.Script.Socket.FailAlways(404);
        await using RavatarClient client = Client(server);
        Task<ChatChannel> opening;
        using (server.Script.Connection.Hold())
        {
            if (first == "configuration")
            {
                server.Script.Connection.FailAlways(503);
            }
            opening = client.OpenChatAsync(new() { AvatarId = first == "socket" ? null : "nobody" }, Token);
            await ForAsync(server, static j => j.Requests.Any(static r => r.Path == "/ws/chat" && r.Status == 404));
            Assert.False(opening.IsCompleted);
        }
        Assert.IsType(expected, await Assert.ThrowsAnyAsync<Exception>(() => Soon(opening)));
    }

    [Fact]
    public async Task A_sign_in_that_is_refused_is_asked_once_and_begins_nothing()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Script.Jwt.FailAlways(401);
        await using RavatarClient client = Client(server);
        await Assert.ThrowsAsync<RavatarAuthenticationException>(() => client.OpenChatAsync(cancellationToken: Token));
        Assert.Equal("/jwt", Assert.Single(server.Received.Requests).Path);
    }

    [Fact]
    public async Task A_token_that_all_three_find_refused_costs_one_sign_in()
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        await client.GetHistoryPageAsync(cancellationToken: Token);
        server.Tokens.RevokeAll();
        await using ChatChannel chat = await Soon(client.OpenChatAsync(cancellationToken: Token));
        Assert.NotNull((await chat.AskAsync("Hello?", Token)).Text);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
    }

    [Theory]
    [InlineData("/jwt")]
    [InlineData("/connection")]
    public async Task A_caller_who_gives_up_leaves_nothing_behind(string during)
    {
        await using FakeRavatarServer server = await StartAsync();
        await using RavatarClient client = Client(server);
        using FakeHold hold = Script(server, during).Hold();
        using CancellationTokenSource caller = new();
        Task<ChatChannel> opening = client.OpenChatAsync(cancellationToken: caller.Token);
        await ReachAsync(server, during);
        await caller.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(opening));
        Assert.Equal(caller.Token, error.CancellationToken);
        await AssertHungUpAsync(server);
    }

    [Theory]
    [InlineData("/jwt")]
    [InlineData("/connection")]
    [InlineData("/chat")]
    [InlineData("/ws/chat")]
    public async Task Disposal_of_the_client_ends_an_opening(string during)
    {
        await using FakeRavatarServer server = await StartAsync();
        RavatarClient client = Client(server);
        using FakeHold hold = Script(server, during).Hold();
        Task<ChatChannel> opening = client.OpenChatAsync(cancellationToken: Token);
        await ReachAsync(server, during);
        await client.DisposeAsync().AsTask().WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.True(_attempts.AreOver);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon(opening));
        await AssertHungUpAsync(server);
    }

    /// <summary>Opens a chat whose configuration is not answered before its socket stands, and that has happened to the socket.</summary>
    private static async Task<ChatChannel> OpenHeldAsync(
        FakeRavatarServer server,
        RavatarClient client,
        Func<FakeSocket, Task>? meanwhile = null,
        ChatOptions? options = null
    )
    {
        Task<ChatChannel> opening;
        using (server.Script.Connection.Hold())
        {
            opening = client.OpenChatAsync(options, Token);
            FakeSocket socket = await SocketAsync(server);
            await (meanwhile?.Invoke(socket) ?? Task.CompletedTask);
        }
        return await Soon(opening);
    }

    private static FakeEndpoint Script(FakeRavatarServer server, string path) =>
        path switch
        {
            "/jwt" => server.Script.Jwt,
            "/connection" => server.Script.Connection,
            "/chat" => server.Script.Chat,
            _ => server.Script.Socket,
        };

    /// <summary>Waits until that is asked for; with a token, until there is a socket as well.</summary>
    private static Task ReachAsync(FakeRavatarServer server, string path) =>
        ForAsync(server, j => j.RequestCount(path) == 1 && (path is "/jwt" or "/ws/chat" || j.SocketsAccepted == 1));

    /// <summary>All sockets are closed, and nothing was said on them. Those that the client had heard of got a goodbye.</summary>
    private async Task AssertHungUpAsync(FakeRavatarServer server)
    {
        Assert.True(_attempts.AreOver);
        await ForAsync(server, static j => j.Sockets.All(static s => !s.IsOpen));
        Assert.All(server.Received.Sockets, static s => Assert.Equal((1000, 0), (s.ClientCloseCode ?? 1000, s.MessageCount)));
    }

    private static Task<FakeSocket> SocketAsync(FakeRavatarServer server) =>
        server.Received.WaitForSocketAsync(cancellationToken: Token).WaitAsync(ManualTimeProvider.HangGuard, Token);

    private static Task ForAsync(FakeRavatarServer server, Func<FakeJournal, bool> condition) =>
        server.Received.WaitForAsync(condition, Token).WaitAsync(ManualTimeProvider.HangGuard, Token);

    private static Task<ChatChannel> Soon(Task<ChatChannel> opening) => opening.WaitAsync(ManualTimeProvider.HangGuard, Token);

    private static Task<FakeRavatarServer> StartAsync() => FakeRavatarServer.StartAsync(cancellationToken: Token);

    private RavatarClient Client(FakeRavatarServer server) =>
        new(
            new RavatarClientOptions
            {
                UserId = "user-1",
                BaseAddress = server.BaseAddress,
                Chat =
                {
                    HistorySettleTime = TimeSpan.FromMilliseconds(60),
                    Reconnect = { BaseDelay = TimeSpan.FromMilliseconds(10), MinDelay = TimeSpan.FromMilliseconds(1) },
                },
            }
        )
        {
            Connectors = _ => _attempts,
        };

    /// <summary>Real sockets. They stay in reach: what nobody closes must not be closed by the garbage collector.</summary>
    private sealed class KeptAttempts : IChatSocketConnector
    {
        private readonly ClientWebSocketConnector _platform = new(configure: null);
        private readonly ConcurrentQueue<Attempt> _all = new();

        /// <summary>Whether no attempt is under way, and all that came of them is disposed.</summary>
        public bool AreOver => _all.All(static a => a.IsOver);

        public bool CanWaitWithoutBuffer => _platform.CanWaitWithoutBuffer;

        public bool TellsUpgradeStatus => _platform.TellsUpgradeStatus;

        public bool DetectsSilentDeath => _platform.DetectsSilentDeath;

        public async Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
        {
            Attempt attempt = new();
            _all.Enqueue(attempt);
            try
            {
                attempt.Socket = await _platform.ConnectAsync(address, cancellationToken);
                return attempt;
            }
            catch
            {
                attempt.IsOver = true;
                throw;
            }
        }
    }

    /// <summary>One of them: an attempt, and the socket that it became.</summary>
    private sealed class Attempt : IChatSocket
    {
        public IChatSocket? Socket { get; set; }

        public bool IsOver { get; set; }

        public ValueTask SendAsync(ReadOnlyMemory<byte> message) => Socket!.SendAsync(message);

        public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer) => Socket!.ReceiveAsync(buffer);

        public Task CloseOutputAsync() => Socket!.CloseOutputAsync();

        public void Abort() => Socket!.Abort();

        public void Dispose()
        {
            Socket!.Dispose();
            IsOver = true;
        }
    }
}
