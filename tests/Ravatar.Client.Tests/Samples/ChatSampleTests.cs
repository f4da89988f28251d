using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The chat sample as a program: what it answers, and what it asks of the service.</summary>
public class ChatSampleTests
{
    private const string Name = "Ravatar.Samples.Chat";

    [Fact]
    public async Task Each_line_is_a_question_and_each_answer_a_line()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await RunAsync(server, "one\n\n  \r\ntwo\r\nGrüße, 世界 🌍");
        Assert.Equal(["You said: one", "You said: two", "You said: Grüße, 世界 🌍"], result.Lines);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task A_run_signs_in_once_reads_the_configuration_once_and_opens_one_socket()
    {
        await using FakeRavatarServer server = await StartAsync();
        await RunAsync(server, "one\ntwo\n", "--user-id", "user-123", "--project-id", "proj-abc");
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Equal(1, server.Received.RequestCount("/connection"));
        Assert.Equal(1, server.Received.SocketsAccepted);
        Assert.All(server.Received.Messages, static m => Assert.Equal("user-123", m.UserId));
        Assert.Contains("proj-abc", server.Received.Requests.Single(static r => r.Path == "/jwt").Body, StringComparison.Ordinal);
        Assert.Empty(server.Received.Violations);
        Assert.Equal(1000, server.Received.Sockets[0].ClientCloseCode);
    }

    [Fact]
    public async Task Without_input_it_ends_well()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await RunAsync(server, "");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Questions_are_asked_one_after_another()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Chat.AnswerWith(m => new FakeAnswer($"after {server.Received.MessageCount}") { Delay = TimeSpan.FromMilliseconds(20) });
        SampleResult result = await RunAsync(server, "one\ntwo\nthree\n");
        Assert.Equal(["after 1", "after 2", "after 3"], result.Lines);
    }

    [Fact]
    public async Task What_nobody_asked_for_goes_to_stderr()
    {
        await using FakeRavatarServer server = await StartAsync();
        using SampleProcess process = SampleProcess.Start(Name, ["--url", server.BaseAddress.AbsoluteUri]);
        await process.Input.WriteLineAsync("one");
        await process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await process.WaitForOutputAsync("You said: one");
        await server.Chat.PushAsync("""{"type":"incoming","answer":"psst","request":"other"}""", TestContext.Current.CancellationToken);
        await process.WaitForErrorAsync("psst");
        // While a question waits: it might be the answer, until there is another one, with which the program ends.
        server.Chat.AnswerWith(static _ => null);
        await process.Input.WriteAsync("two");
        process.Input.Close();
        await server.Received.WaitForMessagesAsync(2, TestContext.Current.CancellationToken);
        await server.Chat.PushAsync("""{"type":"incoming","answer":"hush","request":"other"}""", TestContext.Current.CancellationToken);
        await server.Chat.PushAsync("""{"type":"incoming","answer":"second","request":"two"}""", TestContext.Current.CancellationToken);
        SampleResult result = await process.EndAsync();
        Assert.Equal((0, "You said: one\nsecond\n"), (result.ExitCode, result.Output));
        Assert.Contains("hush", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Line_breaks_in_answers_become_spaces()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Chat.AnswerWith(static _ => new FakeAnswer("a\nb\r\nc\rd\u2028e\n\nf"));
        SampleResult result = await RunAsync(server, "one\n");
        Assert.Equal(["a b c d e  f"], result.Lines);
    }

    [Fact]
    public async Task An_answer_without_text_is_its_file()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Chat.AnswerWith(static _ => new FakeAnswer { FileUrl = "https://example.com/answer.mp4" });
        SampleResult result = await RunAsync(server, "one\n");
        Assert.Equal(["https://example.com/answer.mp4"], result.Lines);
    }

    [Fact]
    public async Task An_answer_of_audio_alone_says_so()
    {
        await using FakeRavatarServer server = await StartAsync();
        server.Chat.AnswerWith(static _ => new FakeAnswer
        {
            FileUrl = "",
            Audio = new byte[10],
            AudioAsDataUrl = true,
        });
        SampleResult result = await RunAsync(server, "one\n");
        Assert.Equal(["[audio/wav, 10 bytes]"], result.Lines);
    }

    [Fact]
    public async Task Avatar_and_language_are_taken_from_the_command_line()
    {
        await using FakeRavatarServer server = await StartAsync();
        await RunAsync(server, "one\n", "--avatar", "avatar-id-456", "--language", "de");
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Equal(("avatar-id-456", "de"), (message.AvatarId, message.Language));
    }

    [Fact]
    public async Task Everything_can_be_set_by_environment_variables()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await SampleProcess.RunAsync(
            Name,
            [],
            "one\n",
            ("RAVATAR_URL", server.BaseAddress.AbsoluteUri),
            ("RAVATAR_USER_ID", "user-env"),
            ("RAVATAR_PROJECT_ID", "proj-env"),
            ("RAVATAR_AVATAR", "avatar-id-456"),
            ("RAVATAR_LANGUAGE", "de"),
            ("RAVATAR_TIMEOUT", "12.5"),
            ("RAVATAR_DEBUG_LOGS", "true")
        );
        Assert.Equal(["You said: one"], result.Lines);
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Equal(("user-env", "avatar-id-456", "de"), (message.UserId, message.AvatarId, message.Language));
        Assert.Contains("proj-env", server.Received.Requests.Single(static r => r.Path == "/jwt").Body, StringComparison.Ordinal);
        Assert.Contains("GET /connection: HTTP 200", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_beats_its_variable_and_an_empty_variable_is_none()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await SampleProcess.RunAsync(
            Name,
            ["--url", server.BaseAddress.AbsoluteUri, "--user-id", "user-option"],
            "one\n",
            ("RAVATAR_URL", "nonsense"),
            ("RAVATAR_USER_ID", "user-env"),
            ("RAVATAR_PROJECT_ID", ""),
            ("RAVATAR_DEBUG_LOGS", "false")
        );
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal("user-option", Assert.Single(server.Received.Messages).UserId);
    }

    [Fact]
    public async Task Debug_logs_requests_and_socket_events_to_stderr_without_the_token()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await RunAsync(server, "one\n", "--debug");
        Assert.Equal(["You said: one"], result.Lines);
        foreach (
            string logged in (string[])["POST /jwt: HTTP 200", "GET /connection: HTTP 200", "Connection 1 stands", "Chat channel Closed"]
        )
        {
            Assert.Contains(logged, result.Error, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Assert.Single(server.Tokens.Issued), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Telemetry_shows_spans_and_metrics_on_stderr()
    {
        await using FakeRavatarServer server = await StartAsync();
        SampleResult result = await RunAsync(server, "one\n", "--telemetry");
        Assert.Equal(["You said: one"], result.Lines);
        foreach (
            string shown in (string[])
                [
                    "span POST /jwt ",
                    "span connect chat ",
                    "span ask ",
                    "metric ravatar.client.turn.duration ravatar.question.kind=text: 1 times",
                    "metric ravatar.client.chat.messages.sent: 1 {message}",
                ]
        )
        {
            Assert.Contains(shown, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task With_neither_project_nor_address_it_talks_to_a_fake_server_and_says_so()
    {
        SampleResult result = await SampleProcess.RunAsync(Name, [], "one\ntwo\n");
        Assert.Equal(["You said: one", "You said: two"], result.Lines);
        Assert.Contains("fake RAVATAR server", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Help_tells_options_and_exit_codes()
    {
        SampleResult result = await SampleProcess.RunAsync(Name, ["--help"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string[] options = ["--url", "--user-id", "--project-id", "--avatar", "--language", "--timeout", "--debug", "RAVATAR_DEBUG_LOGS"];
        foreach (
            string told in (string[])[.. options, "Exit codes:", "2  usage", "3  sign-in", "4  payment", "5  busy", "6  no", "7  conn"]
        )
        {
            Assert.Contains(told, result.Output, StringComparison.Ordinal);
        }
    }

    private static Task<FakeRavatarServer> StartAsync() => FakeRavatarServer.StartAsync();

    private static Task<SampleResult> RunAsync(FakeRavatarServer server, string input, params string[] arguments) =>
        SampleProcess.RunAsync(Name, ["--url", server.BaseAddress.AbsoluteUri, .. arguments], input);
}
