using System.Text.Json;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The channel over real sockets, against the fake server, which judges every message.</summary>
public class ChatOverSocketsTests
{
    [Fact]
    public async Task One_sign_in_one_configuration_one_socket_and_no_violation()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        await using ChatChannel chat = await client.OpenChatAsync(new() { AvatarId = configuration.Avatars[0].Id, Language = "en" });
        ChatAnswer answer = await chat.AskAsync("What can you do?");
        Assert.Contains("What can you do?", answer.Text, StringComparison.Ordinal);
        Assert.Equal(configuration.Avatars[0].Id, answer.AvatarId);
        await chat.AskAsync(new VoiceClip(Wav(), isPushToTalk: true));
        FakeJournal journal = server.Received;
        Assert.Equal((1, 1, 1), (journal.JwtIssued, journal.ConnectionReads, journal.SocketsAccepted));
        Assert.Equal([], journal.Violations);
        JsonElement sent = journal.Messages[0].Json;
        Assert.Equal(
            ["avatar_id", "user_id", "chat_type", "language", "requestType", "source", "isLive", "session", "request"],
            sent.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal(configuration.Session, journal.Messages[0].Session);
        Assert.Equal(true, journal.Messages[1].IsPushToTalk);
        Assert.Equal(Wav(), journal.Messages[1].GetFile());
    }

#if !MUTATION // takes seconds, for each mutant of the channel
    [Theory]
    [InlineData(FakePageOrder.NewestPageFirst, true)]
    [InlineData(FakePageOrder.OldestPageFirst, false)]
    public async Task Dropped_every_few_messages_everything_arrives_once(FakePageOrder order, bool ids)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.History.PageOrder = order;
        server.History.DescendingInPage = order == FakePageOrder.NewestPageFirst;
        server.History.Fill("user-1", 130);
        server.Chat.AnswersHaveIds = ids;
        FakeDropPoint[] points = Enum.GetValues<FakeDropPoint>();
        FakeDropManner[] manners = [FakeDropManner.Reset, FakeDropManner.End, FakeDropManner.Close];
        Random random = new(11);
        server.Chat.DropWhen(_ => random.Next(9) == 0 ? new FakeDrop(points[random.Next(points.Length)], manners[random.Next(3)]) : null);
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? $"again {i % 3}" : $"question {i}")];
        List<Task<ChatAnswer>> asked = [];
        foreach (string text in texts)
        {
            asked.Add(chat.AskAsync(text, TimeSpan.FromMinutes(2)));
            if (asked.Count >= 5)
            {
                await asked[^5];
            }
        }
        ChatAnswer[] answers = await Task.WhenAll(asked);
        Assert.All(texts.Zip(answers), pair => Assert.Contains(pair.First, pair.Second.FullText, StringComparison.Ordinal));
        Assert.Equal(texts, server.Received.Messages.Where(m => m.Recorded).Select(m => m.Request));
        int read = 0;
        await foreach (ChatEvent e in chat.ReadAllAsync())
        {
            if (e is ChatAnswer && ++read == texts.Length)
            {
                break;
            }
        }
        ChatStatistics statistics = chat.GetStatistics();
        Assert.True(statistics is { Reconnects: > 8, Resent: > 0, Recovered: > 0, HistoryFailures: 0 }, statistics.ToString());
        Assert.Equal([], server.Received.Violations);
    }
#endif

    [Theory]
    [InlineData(null)]
    [InlineData(4401)]
    [InlineData(1008)]
    public async Task A_token_that_expires_in_the_middle_of_a_chat_costs_one_sign_in(int? closeCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.BadTokenCloseCode = closeCode;
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("before");
        server.Tokens.RevokeAll();
        server.Chat.DropConnections();
        ChatAnswer answer = await chat.AskAsync("after");
        Assert.Contains("after", answer.Text, StringComparison.Ordinal);
        Assert.Equal(2, server.Received.JwtIssued);
        Assert.Equal([], server.Received.Violations);
    }

    [Fact]
    public async Task What_the_server_says_wrongly_never_ends_the_channel()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("before");
        foreach (string frame in (string[])["", "no json", "[1]", "{\"type\":7,\"answer\":{}}", "{\"type\":\"incoming\",\"answer\":\"cut"])
        {
            await server.Chat.PushAsync(frame);
        }
        FakeSocket socket = server.Chat.Sockets[^1];
        await socket.SendRawAsync((byte[])[0x81, 0x02, 0xC3, 0x28]); // text that is no UTF-8: the platform gives the connection up
        ChatAnswer answer = await chat.AskAsync("after");
        Assert.Contains("after", answer.Text, StringComparison.Ordinal);
        Assert.Equal(5, chat.GetStatistics().Unknown);
    }

    [Fact]
    public async Task A_large_audio_answer_arrives_decoded()
    {
        byte[] audio = new byte[5_000_000];
        new Random(5).NextBytes(audio);
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(_ => new FakeAnswer("listen") { Audio = audio, AudioAsDataUrl = true });
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        ChatAnswer answer = await chat.AskAsync("sing");
        Assert.True(answer.Audio.Span.SequenceEqual(audio));
        Assert.NotNull(answer.AudioMediaType);
    }

    [Fact]
    public async Task Disposing_the_client_says_goodbye_on_every_channel()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = Client(server);
        ChatChannel[] channels = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.OpenChatAsync()))];
        await client.DisposeAsync();
        Assert.All(await Task.WhenAll(channels.Select(c => c.Completion)), end => Assert.Equal(ChatEndReason.ClosedByClient, end.Reason));
        await server.Received.WaitForAsync(j => j.Sockets.All(s => !s.IsOpen));
        Assert.All(server.Received.Sockets, socket => Assert.Equal(1000, socket.ClientCloseCode));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.OpenChatAsync());
    }

    [Fact]
    public async Task Avatar_and_language_must_be_listed_unless_told_otherwise()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await client.GetConfigurationAsync(); // with one in hand nothing is begun
        ArgumentException avatar = await Assert.ThrowsAsync<ArgumentException>(
            "options",
            () => client.OpenChatAsync(new() { AvatarId = "nobody" })
        );
        Assert.Contains("avatar-id-123", avatar.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>("options", () => client.OpenChatAsync(new() { Language = "xx" }));
        Assert.Equal(0, server.Received.SocketsAccepted);
        await using ChatChannel chat = await client.OpenChatAsync(new() { Language = "xx", AllowUnlisted = true });
        Assert.Equal("xx", chat.Language);
    }

    [Fact]
    public async Task An_address_without_a_chat_socket_fails_at_once_and_a_refused_one_soon()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Socket.FailAlways(404);
        await using RavatarClient client = Client(server);
        RavatarConnectionException missing = await Assert.ThrowsAsync<RavatarConnectionException>(() => client.OpenChatAsync());
        Assert.Equal(Platform.TellsUpgradeStatus ? 404 : null, missing.UpgradeStatus);
        server.Script.Socket.FailAlways(402);
        if (!Platform.TellsUpgradeStatus)
        {
            server.Script.Connection.FailAlways(402); // where the reason is asked for
        }
        await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => client.OpenChatAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_redirect_carries_the_token_elsewhere(bool withOptions)
    {
        if (!Platform.RefusesRedirects)
        {
            return; // the README's table of platforms says so
        }
        await using FakeRavatarServer other = await FakeRavatarServer.StartAsync();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Socket.RespondWith(request =>
            new FakeResponse { Status = 307 }.WithHeader("Location", new Uri(other.BaseAddress, "/ws/chat?token=any").AbsoluteUri)
        );
        await using RavatarClient client = Client(
            server,
            configure: withOptions
                ? o =>
                    (o.Cookies, o.RemoteCertificateValidationCallback) = (
                        new System.Net.CookieContainer(),
                        (_, _, _, errors) => errors == System.Net.Security.SslPolicyErrors.None
                    )
                : null
        );
        RavatarConnectionException refused = await Assert.ThrowsAsync<RavatarConnectionException>(() => client.OpenChatAsync());
        Assert.Equal(307, refused.UpgradeStatus);
        Assert.Empty(other.Received.Requests);
        Assert.Equal(0, other.Received.SocketsAccepted);
    }

    [Fact]
    public async Task Opening_and_disposing_leaves_no_socket_behind()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.DropEvery(5, FakeDropPoint.AfterReceiving);
        await using RavatarClient client = Client(server);
        for (int i = 0; i < 200; i++)
        {
            await using ChatChannel chat = await client.OpenChatAsync();
            if (i % 2 == 0)
            {
                await chat.SendTextAsync("in passing");
            }
        }
        await server.Received.WaitForAsync(j => j.Sockets.All(s => !s.IsOpen));
        Assert.Equal((1, 1), (server.Received.JwtIssued, server.Received.ConnectionReads));
    }

    [Fact]
    public async Task An_idle_half_open_connection_is_noticed_within_thirty_seconds()
    {
        Requires.LongRun();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("before");
        server.Chat.Sockets[^1].Freeze();
        if (!Platform.DetectsSilentDeath)
        {
            return; // documented: such targets notice it when an answer is due
        }
        long frozen = System.Diagnostics.Stopwatch.GetTimestamp();
        await foreach (ChatStateChange step in chat.WatchStateAsync())
        {
            if (step.State == ChatState.Reconnecting)
            {
                break;
            }
        }
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(frozen) < TimeSpan.FromSeconds(30));
        Assert.Contains("after", (await chat.AskAsync("after")).Text, StringComparison.Ordinal);
    }

    private static RavatarClient Client(FakeRavatarServer server, Action<System.Net.WebSockets.ClientWebSocketOptions>? configure = null) =>
        new(
            new RavatarClientOptions
            {
                UserId = "user-1",
                ProjectId = "proj-abc",
                BaseAddress = server.BaseAddress,
                Source = "tests",
                Chat =
                {
                    ConfigureWebSocket = configure,
                    HistorySettleTime = TimeSpan.FromMilliseconds(60),
                    Reconnect = { BaseDelay = TimeSpan.FromMilliseconds(10), MinDelay = TimeSpan.FromMilliseconds(1) },
                },
            }
        );

    private static byte[] Wav() =>
        Convert.FromHexString("524946462800000057415645666D74201000000001000100803E0000007D00000200100064617461040000000100FFFF");
}
