using System.Diagnostics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>How the chat sample ends when something goes wrong: its exit codes are a promise to scripts.</summary>
public class ChatSampleFailureTests
{
    private const string Name = "Ravatar.Samples.Chat";

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--url", "nonsense")]
    [InlineData("--url", "http://example.com")]
    [InlineData("--timeout", "soon")]
    [InlineData("--timeout", "-1")]
    [InlineData("--timeout")]
    [InlineData("--user-id", "no spaces")]
    [InlineData("--project-id", "no_underscore")]
    [InlineData("--avatar", "nobody")]
    [InlineData("--language", "tlh")]
    [InlineData("stray")]
    public async Task Wrong_use_ends_with_2(params string[] arguments)
    {
        SampleResult result = await SampleProcess.RunAsync(Name, arguments, "one\n");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_variable_ends_with_2_and_is_named()
    {
        SampleResult result = await SampleProcess.RunAsync(Name, [], "one\n", ("RAVATAR_DEBUG_LOGS", "perhaps"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("RAVATAR_DEBUG_LOGS", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "invalid_user_id", 3)]
    [InlineData(401, "project_not_found", 3)]
    [InlineData(403, null, 3)]
    [InlineData(402, null, 4)]
    [InlineData(503, null, 5)]
    public async Task A_refused_sign_in_ends_with_its_code(int status, string? error, int exitCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Jwt.FailAlways(status, error);
        await EndsWithAsync(exitCode, server, "one\n", []);
    }

    [Theory]
    [InlineData(402, 4)]
    [InlineData(403, 3)]
    [InlineData(404, 1)]
    [InlineData(503, 5)]
    public async Task A_refused_configuration_ends_with_its_code(int status, int exitCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Connection.FailAlways(status);
        await EndsWithAsync(exitCode, server, "one\n", []);
    }

    [Fact]
    public async Task A_gateway_time_out_ends_with_6()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Connection.RespondWith(static _ => FakeResponse.Failure(504).WithHeader("Retry-After", "0"));
        await EndsWithAsync(6, server, "one\n", []);
    }

    [Fact]
    public async Task A_refused_socket_ends_with_its_code()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Socket.FailAlways(403);
        await EndsWithAsync(3, server, "one\n", []);
        server.Script.Socket.FailAlways(402);
        await EndsWithAsync(4, server, "one\n", []);
        server.Script.Socket.FailAlways(500);
        await EndsWithAsync(7, server, "one\n", []);
    }

    [Fact]
    public async Task A_service_that_is_not_there_ends_with_7()
    {
        FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await server.DisposeAsync();
        await EndsWithAsync(7, server, "one\n", []);
    }

    [Fact]
    public async Task A_question_without_answer_ends_the_run_with_6_after_the_answers_before_it()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static m => m.Request == "two" ? null : new FakeAnswer("yes"));
        SampleResult result = await EndsWithAsync(6, server, "one\ntwo\nthree\n", ["yes"], "--timeout", "0.3");
        Assert.DoesNotContain(server.Received.Messages, static m => m.Request == "three");
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_it_in_good_order(string signal, int exitCode)
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess process = SampleProcess.Start(Name, ["--url", server.BaseAddress.AbsoluteUri]);
        await process.Input.WriteAsync("one\n");
        await process.Input.FlushAsync();
        await server.Received.WaitForMessagesAsync(1);
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        SampleResult result = await process.EndAsync();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(1000, server.Received.Sockets[0].ClientCloseCode);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }

    private static async Task<SampleResult> EndsWithAsync(
        int exitCode,
        FakeRavatarServer server,
        string input,
        string[] answers,
        params string[] arguments
    )
    {
        SampleResult result = await SampleProcess.RunAsync(Name, ["--url", server.BaseAddress.AbsoluteUri, .. arguments], input);
        Assert.Equal(answers, result.Lines);
        Assert.True(exitCode == result.ExitCode, $"Expected {exitCode}, got {result.ExitCode}: {result.Error}");
        Assert.StartsWith("error: ", result.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        return result;
    }
}
