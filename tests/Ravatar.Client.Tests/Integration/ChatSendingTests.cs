using System.Text.Json;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a channel puts on the wire, judged by a server that knows the protocol's table on its own.</summary>
public sealed class ChatSendingTests
{
    private static readonly byte[] Wav =
    [
        .. "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0"u8,
        .. (byte[])[1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0], // PCM, mono, 16 kHz, 16 bits
        .. "data\x02\0\0\0\x34\x12"u8,
    ];
    private static readonly byte[] WebM = [0x1A, 0x45, 0xDF, 0xA3, 1, 2, 3, 4];

    [Fact]
    public async Task A_text_has_the_documented_members_and_no_other()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server, o => o.Source = "Kiosk");
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("Grüße, 你好 + \"more\"");
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Equal(
            ["avatar_id", "chat_type", "isLive", "language", "request", "requestType", "session", "source", "user_id"],
            Members(message)
        );
        Assert.Equal("Grüße, 你好 + \"more\"", message.Request);
        Assert.Equal(("text", "text", false), (message.ChatType, message.RequestType, message.IsLive));
        Assert.Equal(("avatar-id-123", "en"), (message.AvatarId, message.Language));
        Assert.Equal(("user-123", "Kiosk", server.Configuration.Session), (message.UserId, message.Source, message.Session));
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_recording_has_the_documented_members_and_push_to_talk_only_where_it_is_true(bool vadEnabled, bool pushToTalk)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.VadEnabled = vadEnabled;
        server.Chat.Transcribe = m => $"transcript {m.NumberOnSocket}";
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync(new VoiceClip(Wav, pushToTalk));
        await chat.AskAsync(new VoiceClip(WebM, pushToTalk));
        Assert.Equal([Wav, WebM], server.Received.Messages.Select(m => m.GetFile()));
        string[] members =
        [
            "avatar_id",
            "chat_type",
            "file_base64_data",
            "isLive",
            "language",
            "requestType",
            "session",
            "source",
            "user_id",
        ];
        IEnumerable<string> expected = pushToTalk ? members.Append("isPushToTalk").Order(StringComparer.Ordinal) : members;
        Assert.All(server.Received.Messages, m => Assert.Equal(expected, Members(m)));
        Assert.All(server.Received.Messages, m => Assert.Equal(("voice", "audio", false), (m.ChatType, m.RequestType, m.IsLive)));
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task A_session_that_was_not_given_is_absent_and_a_new_one_is_used_at_once()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.Session = null;
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("one");
        server.Configuration.Session = "session-new";
        await client.GetConfigurationAsync();
        await chat.AskAsync("two");
        Assert.DoesNotContain("session", Members(server.Received.Messages[0]));
        Assert.Equal("session-new", server.Received.Messages[1].Session);
    }

    [Fact]
    public async Task The_session_is_kept_over_a_refreshed_token_and_a_lost_connection()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("one");
        server.Tokens.RevokeAll();
        server.Chat.DropConnections();
        await chat.AskAsync("two");
        Assert.All(server.Received.Messages, m => Assert.Equal(server.Configuration.Session, m.Session));
        int asked = Platform.TellsUpgradeStatus ? 0 : 1; // why the socket was refused
        Assert.Equal((2, 1 + asked), (server.Received.JwtIssued, server.Received.ConnectionReads));
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(403, 1008)]
    [InlineData(403, 4401)]
    [InlineData(403, 4403)]
    public async Task A_refused_token_is_replaced_once_however_it_is_refused(int status, int? closeCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        (server.Chat.BadTokenStatus, server.Chat.BadTokenCloseCode) = (status, closeCode);
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("before");
        server.Tokens.RevokeAll();
        server.Chat.DropConnections();
        // Nothing is under way, so that history is not read, whose refusal would bring a new token as well.
        await server.Received.WaitForAsync(j => j.JwtIssued == 2);
        Assert.Equal("after", (await chat.AskAsync("after")).Request);
        Assert.Equal(2, server.Received.JwtIssued);
        Assert.Equal(["before", "after"], server.Received.Messages.Select(m => m.Request));
    }

    [Fact]
    public async Task Avatar_and_language_come_from_the_configuration_unless_told_otherwise()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await client.GetConfigurationAsync(); // with one in hand nothing is begun
        ArgumentException avatar = await Assert.ThrowsAsync<ArgumentException>(() => client.OpenChatAsync(new() { AvatarId = "nobody" }));
        Assert.Contains("avatar-id-123", avatar.Message, StringComparison.Ordinal);
        ArgumentException language = await Assert.ThrowsAsync<ArgumentException>(() => client.OpenChatAsync(new() { Language = "xx" }));
        Assert.Contains("en, de", language.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Received.SocketsAccepted);
        await using ChatChannel chat = await client.OpenChatAsync(new() { AvatarId = "avatar-id-456", Language = "de" });
        Assert.Equal(("avatar-id-456", "de"), (chat.AvatarId, chat.Language));
        await using ChatChannel unlisted = await client.OpenChatAsync(new() { AvatarId = "nobody", AllowUnlisted = true });
        Assert.Equal(("nobody", "en"), (unlisted.AvatarId, unlisted.Language));
    }

    [Fact]
    public async Task The_socket_is_below_the_api_with_the_token_in_its_query()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        ReceivedRequest upgrade = Assert.Single(server.Received.Requests, r => r.Path == "/ws/chat");
        Assert.Equal(["token"], upgrade.Query.Keys);
        Assert.True(upgrade.TokenWasGood);
        RavatarClientOptions defaults = new() { UserId = "user-123" };
        Uri address = ChatAddress.For(defaults.BaseAddress, defaults.ChatAddress, "a.b-c_d");
        Assert.Equal("wss://chat.rvtr.ai/ws/chat?token=a.b-c_d", address.AbsoluteUri);
    }

    private static string[] Members(ReceivedMessage message)
    {
        JsonElement json = message.Json;
        return [.. json.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal)];
    }

    private static RavatarClient Client(FakeRavatarServer server, Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = new() { UserId = "user-123", BaseAddress = server.BaseAddress };
        options.Chat.Reconnect.BaseDelay = options.Chat.Reconnect.MinDelay = TimeSpan.FromMilliseconds(1);
        options.Chat.HistorySettleTime = TimeSpan.FromMilliseconds(100); // this server's history does not lag
        configure?.Invoke(options);
        return new RavatarClient(options);
    }
}
