using System.Text.Json;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerAnswerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_are_what_the_test_says()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.AnswerWith(message => message.Request == "silence" ? null : new FakeAnswer("42") { Id = "x", FileUrl = "" });

        await socket.SendAsync(BareClient.Text("silence"));
        var answer = await socket.AskAsync("question");

        Assert.Equal(("42", "x", "question"), (Text(answer, "answer"), Text(answer, "_id"), Text(answer, "request")));
        Assert.False(answer.TryGetProperty("fileUrl", out _));
        Assert.Equal(
            "silence question 42",
            string.Join(' ', server.History.Rows(BareClient.User).Select(row => row.Answer ?? row.Request))
        );
    }

    [Fact]
    public async Task One_message_may_have_several_answers()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.AnswerWithMany(_ =>
            [new FakeAnswer("one"), new FakeAnswer("two") { Recorded = false }, new FakeAnswer("three") { Sent = false }]
        );

        await socket.SendAsync(BareClient.Text("question"));

        Assert.Equal("one", await socket.ReceiveAnswerAsync());
        Assert.Equal("two", await socket.ReceiveAnswerAsync());
        await server.Received.WaitForAsync(_ => server.History.Rows(BareClient.User).Count == 3, Ct);
        Assert.Equal("three", server.History.Rows(BareClient.User)[^1].Answer);
    }

    [Fact]
    public async Task The_sockets_copy_has_the_members_it_is_told_to_have()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.AnswersHaveIds = false;
        server.Chat.AnswersRepeatRequest = false;
        server.Chat.AnswerDates = FakeDateStyle.Seconds;
        server.Chat.AnswersHaveFiles = false;
        server.ClockSkew = TimeSpan.FromHours(-1);

        var bare = await socket.AskAsync("a");
        server.Chat.AnswerWith(_ => new FakeAnswer("b")
        {
            Type = "event",
            TypeAsDirection = true,
            TextMember = "content",
            DateStyle = FakeDateStyle.Timestamp,
            AvatarId = "",
            ChatType = "",
            Audio = new byte[] { 1, 2, 3 },
            AudioMember = "audio_base64",
            AudioAsDataUrl = true,
        });
        var rich = await socket.AskAsync("a");
        server.Chat.AnswerWith(_ => new FakeAnswer { RawJson = "[1]" });
        await socket.SendAsync(BareClient.Text("a"));

        Assert.Equal("type user_id answer avatar_id avatar_name date chat_type language_code", Names(bare));
        Assert.Equal(time.GetUtcNow().AddHours(-1).ToUnixTimeSeconds(), bare.GetProperty("date").GetInt64());
        Assert.Equal("direction user_id content timestamp language_code audio_base64", Names(rich));
        Assert.Equal("2025-12-31T23:00:00.000Z", Text(rich, "timestamp"));
        Assert.Equal("data:audio/wav;base64,AQID", Text(rich, "audio_base64"));
        Assert.Equal(JsonValueKind.Array, (await socket.ReceiveJsonAsync()).ValueKind);
        Assert.All(server.History.Rows(BareClient.User), row => Assert.NotNull(row.Id));
    }

    [Fact]
    public async Task Delayed_answers_come_in_the_order_in_which_they_are_due()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        AnswerAfter(server, ("late", 3_000), ("early", 1_000), ("same", 3_000));

        foreach (var request in new[] { "late", "early", "same" })
        {
            await socket.SendAsync(BareClient.Text(request));
        }

        await server.Received.WaitForMessagesAsync(3, Ct);
        await time.WaitForTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(1), Ct).WaitAsync(BareClient.Guard, Ct);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("early", await socket.ReceiveAnswerAsync());
        Assert.Equal("late", await socket.ReceiveAnswerAsync());
        Assert.Equal("same", await socket.ReceiveAnswerAsync());
    }

    [Fact]
    public async Task Messages_without_pause_do_not_put_off_an_answer_that_is_due()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        AnswerAfter(server, ("now", 0), ("soon", 10), ("late", 100_000));

        await socket.SendAsync(BareClient.Text("soon"));
        await socket.AskAsync("now");
        time.Advance(TimeSpan.FromMilliseconds(9.5));
        List<string?> answers = [];
        for (int i = 0; i < 5; i++)
        {
            await socket.SendAsync(BareClient.Text("late"));
            await socket.SendAsync(BareClient.Text("now"));
            answers.Add(await socket.ReceiveAnswerAsync());
            time.Advance(TimeSpan.FromMilliseconds(0.4));
        }

        Assert.Contains("soon", answers);
    }

    [Fact]
    public async Task An_answer_whose_connection_is_gone_is_in_the_history_and_may_follow_its_user()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        server.Chat.AnswerDelay = TimeSpan.FromSeconds(1);
        server.Chat.AnswersFollowUser = true;
        using var client = await BareClient.SignInAsync(server);
        using (var socket = await client.ConnectAsync())
        {
            await socket.SendAsync(BareClient.Text("a"));
            await server.Received.WaitForMessagesAsync(1, Ct);
            server.Chat.DropConnections();
            await server.Received.Sockets[0].Ended.WaitAsync(BareClient.Guard, Ct);
        }

        using var next = await client.ConnectAsync();
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("You said: a", await next.ReceiveAnswerAsync());
        Assert.Equal(2, server.History.Rows(BareClient.User).Count);
    }

    [Fact]
    public async Task A_function_that_throws_is_reported_and_harms_nobody()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.AnswerWith(_ => throw new InvalidOperationException("oops"));

        await socket.SendAsync(BareClient.Text("a"));
        await server.Received.WaitForMessagesAsync(1, Ct);
        await server.Received.WaitForAsync(journal => journal.Violations.Count == 1, Ct);
        server.Chat.AnswerWith(null);
        await socket.AskAsync("b");

        Assert.Contains("oops", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    private static void AnswerAfter(FakeRavatarServer server, params (string Request, double Milliseconds)[] delays) =>
        server.Chat.AnswerWith(message => new FakeAnswer(message.Request)
        {
            Delay = TimeSpan.FromMilliseconds(delays.Single(d => d.Request == message.Request).Milliseconds),
        });

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));
}
