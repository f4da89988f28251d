using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a server may put on the wire, and what a reader gets.</summary>
public sealed class ChatReceivingTests
{
    private static readonly byte[] Sound = [1, 2, 3, 250, 251, 252, 253];

    [Theory]
    [InlineData("incoming", false, "answer")]
    [InlineData("incoming", true, "answer")]
    [InlineData(null, false, "answer")]
    [InlineData("incoming", false, "content")]
    [InlineData(null, false, "content")]
    public async Task An_answer_is_one_by_type_or_direction_or_neither(string? type, bool asDirection, string member)
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer("Here.")
        {
            Type = type,
            TypeAsDirection = asDirection,
            TextMember = member,
            FileUrl = "https://files.example/answer.mp4",
        });
        ChatAnswer answer = await talk.Chat.AskAsync("Where?");
        Assert.Equal(("Here.", "Where?", "avatar-id-123"), (answer.Text, answer.Request, answer.AvatarId));
        Assert.Equal("https://files.example/answer.mp4", answer.FileUrl?.AbsoluteUri);
        Assert.NotNull(answer.Id);
    }

    [Theory]
    [InlineData("file_base64_data", false)]
    [InlineData("file_base64_data", true)]
    [InlineData("audio_base64", false)]
    [InlineData("audio_base64", true)]
    public async Task Audio_alone_is_an_answer_too(string member, bool asDataUrl)
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer
        {
            Audio = Sound,
            AudioMember = member,
            AudioAsDataUrl = asDataUrl,
            FileUrl = "",
        });
        ChatAnswer answer = await talk.Chat.AskAsync("Sing!");
        Assert.Equal(Sound, answer.Audio.ToArray());
        Assert.Equal(asDataUrl ? "audio/wav" : null, answer.AudioMediaType);
        Assert.Equal("", answer.Text);
    }

    [Fact]
    public async Task A_file_alone_is_an_answer_too()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer { FileUrl = "https://files.example/a.mp4" });
        ChatAnswer answer = await talk.Chat.AskAsync("Show me.");
        Assert.Equal(("", "https://files.example/a.mp4"), (answer.Text, answer.FileUrl?.AbsoluteUri));
    }

    [Theory]
    [InlineData(FakeDateStyle.Milliseconds)]
    [InlineData(FakeDateStyle.Seconds)]
    [InlineData(FakeDateStyle.Timestamp)]
    public async Task A_date_is_read_in_each_of_its_forms(FakeDateStyle style)
    {
        ManualTimeProvider time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
        await using Talk talk = await Talk.StartAsync(time);
        talk.Server.Chat.AnswerDates = style;
        Assert.Equal(time.GetUtcNow(), (await talk.Chat.AskAsync("When?")).Date);
    }

    [Fact]
    public async Task System_events_and_greetings_never_answer()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWithMany(_ =>
            [
                new FakeAnswer("maintenance at noon") { Type = "system", TextMember = "content" },
                new FakeAnswer("or at one") { Type = "system", TextMember = "message" },
                new FakeAnswer("somebody waved") { Type = "event" },
                new FakeAnswer("welcome back") { Type = "connection", TextMember = "content" },
                new FakeAnswer("42"),
            ]
        );
        IAsyncEnumerable<ChatEvent> events = talk.Chat.ReadAllAsync();
        Assert.Equal("42", (await talk.Chat.AskAsync("What is it?")).Text);
        List<string> seen = [];
        await foreach (ChatEvent e in events)
        {
            seen.Add(
                e switch
                {
                    SystemEvent s => $"system {s.Text}",
                    ServerEvent s => $"event {s.Text}",
                    ConnectionEvent c => $"connection {c.Text}",
                    ChatAnswer a => $"answer {a.Text}",
                    _ => e.GetType().Name,
                }
            );
            if (e is ChatAnswer)
            {
                break;
            }
        }
        Assert.Equal(
            ["system maintenance at noon", "system or at one", "event somebody waved", "connection welcome back", "answer 42"],
            seen
        );
    }

    [Fact]
    public async Task A_spoken_answer_gives_what_was_heard_and_what_is_said()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer(">what time is it\n\nIt is noon.\n\nLunch?") { Request = "what time is it" });
        ChatAnswer answer = await talk.Chat.AskAsync(new VoiceClip("RIFF\0\0\0\0WAVEfmt "u8.ToArray(), isPushToTalk: true));
        Assert.Equal(("what time is it", "It is noon.\n\nLunch?"), (answer.Transcript, answer.Text));
        Assert.Equal(">what time is it\n\nIt is noon.\n\nLunch?", answer.FullText);
    }

    [Fact]
    public async Task A_typed_answer_that_begins_with_a_quote_is_left_whole()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer(">quote\n\ntext"));
        ChatAnswer answer = await talk.Chat.AskAsync("Quote something.");
        Assert.Equal((">quote\n\ntext", null), (answer.Text, answer.Transcript));
    }

    [Fact]
    public async Task A_spoken_question_is_answered_whatever_the_request_says_and_a_typed_one_only_by_its_own()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(m => m.Request == "typed" ? null : new FakeAnswer("heard") { Request = "whatever was heard" });
        Task<ChatAnswer> typed = talk.Chat.AskAsync("typed");
        Assert.Equal("heard", (await talk.Chat.AskAsync(new VoiceClip("RIFF\0\0\0\0WAVEfmt "u8.ToArray(), isPushToTalk: true))).Text);
        Assert.False(typed.IsCompleted);
        await talk.Server.Chat.PushAsync("""{"type":"incoming","request":"  typed ","answer":"read"}""");
        Assert.Equal("read", (await typed).Text);
    }

    [Fact]
    public async Task Texts_are_compared_trimmed()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWithMany(_ =>
            [new FakeAnswer("no") { Request = "Cafe" }, new FakeAnswer("yes") { Request = "Caf\u00E9", AvatarId = "" }]
        );
        Assert.Equal("yes", (await talk.Chat.AskAsync("  Caf\u00E9 \n")).Text);
    }

    [Fact]
    public async Task Equal_questions_are_answered_in_their_order()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => null);
        Task<ChatAnswer> first = talk.Chat.AskAsync("Again?");
        Task<ChatAnswer> second = talk.Chat.AskAsync("Again?");
        await talk.Server.Received.WaitForMessagesAsync(2);
        await talk.Server.Chat.PushAsync("""{"_id":"a-1","request":"Again?","answer":"one"}""");
        await talk.Server.Chat.PushAsync("""{"_id":"a-2","request":"Again?","answer":"two"}""");
        Assert.Equal(("one", "two"), ((await first).Text, (await second).Text));
    }

    [Fact]
    public async Task An_answer_carries_what_history_would()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWith(_ => new FakeAnswer
        {
            RawJson = """
                {"_id":"message-id-124","direction":"incoming","user_id":"user-123","request":"Hello, how are you?","answer":"Well.",
                "avatar_id":"avatar-id-123","avatar_name":"Assistant","date":1737820801000,"chat_type":"text","language_code":"en"}
                """,
        });
        ChatAnswer answer = await talk.Chat.AskAsync("Hello, how are you?");
        Assert.Equal(("message-id-124", "user-123", "Hello, how are you?"), (answer.Id, answer.UserId, answer.Request));
        Assert.Equal(("avatar-id-123", "Assistant"), (answer.AvatarId, answer.AvatarName));
        Assert.Equal((ChatType.Text, "en"), (answer.ChatType, answer.LanguageCode));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820801000), answer.Date);
        Assert.Null(answer.AdditionalProperties);
    }

    [Fact]
    public async Task A_further_message_is_a_follow_up_and_one_about_another_text_or_avatar_answers_nobody()
    {
        await using Talk talk = await Talk.StartAsync();
        talk.Server.Chat.AnswerWithMany(m =>
            m.Request == "second"
                ?
                [
                    new FakeAnswer("not for you") { Request = "something else" },
                    new FakeAnswer("nor this") { AvatarId = "avatar-id-456" },
                    new FakeAnswer("two"),
                ]
                : [new FakeAnswer("one"), new FakeAnswer("one, and more")]
        );
        IAsyncEnumerable<ChatEvent> events = talk.Chat.ReadAllAsync();
        Assert.Equal("one", (await talk.Chat.AskAsync("first")).Text);
        Assert.Equal("two", (await talk.Chat.AskAsync("second")).Text);
        List<(string, bool)> seen = [];
        await foreach (ChatEvent e in events)
        {
            ChatAnswer answer = Assert.IsType<ChatAnswer>(e);
            seen.Add((answer.Text, answer.IsFollowUp));
            if (answer.Text == "two")
            {
                break;
            }
        }
        Assert.Equal([("one", false), ("one, and more", true), ("not for you", false), ("nor this", false), ("two", false)], seen);
    }

    [Fact]
    public async Task Whatever_cannot_be_understood_is_shown_raw_and_ends_nothing()
    {
        await using Talk talk = await Talk.StartAsync();
        IAsyncEnumerable<ChatEvent> events = talk.Chat.ReadAllAsync();
        string[] odd = ["<html>", "[1]", """{"type":"hologram","depth":3}""", """{"type":"incoming"}""", """{"answer":"cut of"""];
        foreach (string frame in odd)
        {
            await talk.Server.Chat.PushAsync(frame);
        }
        await talk.Server.Chat.PushAsync("""{"type":7,"answer":12,"date":"soon","avatar_name":null,"mood":"good"}""");
        List<string> raw = [];
        await foreach (ChatEvent e in events)
        {
            if (e is ChatAnswer answer)
            {
                Assert.Equal(("12", null, "good"), (answer.Text, answer.Date, answer.AdditionalProperties!["mood"].GetString()));
                break;
            }
            raw.Add(Assert.IsType<UnknownEvent>(e).RawJson);
        }
        Assert.Equal(odd, raw);
    }

    [Fact]
    public async Task A_close_reason_forges_no_line_of_the_log()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        CollectingLogger logs = new();
        RavatarClientOptions options = new() { UserId = "user-123", BaseAddress = server.BaseAddress };
        options.Chat.Reconnect.BaseDelay = TimeSpan.FromMilliseconds(1);
        await using RavatarClient client = new(options, loggerFactory: logs);
        await using ChatChannel chat = await client.OpenChatAsync();
        await server.Received.WaitForSocketAsync();
        server.Chat.CloseConnections(1011, "x\r\nfail: MyApp[0] forged");
        await server.Received.WaitForSocketAsync(2);
        Assert.Contains("(x fail: MyApp[0] forged)", Assert.Single(logs.WithId(301)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Entries, static e => e.Message.Contains('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_that_redirects_to_nowhere_is_tried_again_once_the_channel_was_open()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClientOptions options = new() { UserId = "user-123", BaseAddress = server.BaseAddress };
        options.Chat.Reconnect.BaseDelay = TimeSpan.FromMilliseconds(1);
        await using RavatarClient client = new(options);
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("proved");
        server.Tokens.RevokeAll();
        server.Script.Jwt.Enqueue(FakeResponse.Text(302, "text/plain", "").WithHeader("Location", "//host:99999/"));
        server.Chat.DropConnections();
        await server.Received.WaitForRequestsAsync("/ws/chat", 3); // open, refused, open again
        Assert.NotNull(await chat.AskAsync("Still there?"));
    }

    /// <summary>A server, a client and an open channel.</summary>
    private sealed class Talk : IAsyncDisposable
    {
        private readonly RavatarClient _client;

        private Talk(FakeRavatarServer server, RavatarClient client, ChatChannel chat) => (Server, _client, Chat) = (server, client, chat);

        public FakeRavatarServer Server { get; }

        public ChatChannel Chat { get; }

        public static async Task<Talk> StartAsync(TimeProvider? serverTime = null)
        {
            FakeRavatarServer server = await FakeRavatarServer.StartAsync(new() { TimeProvider = serverTime ?? TimeProvider.System });
            RavatarClient client = new(new() { UserId = "user-123", BaseAddress = server.BaseAddress });
            return new Talk(server, client, await client.OpenChatAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
