using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The chat sample on a connection that does not hold.</summary>
public class ChatSampleOutageTests
{
    private const int Questions = 500;

    [Fact]
    public Task Five_hundred_lines_get_their_answers_though_the_connection_drops_now_and_then() => AskAsync(distance: 25);

    [Fact]
    public Task Five_hundred_lines_get_their_answers_though_the_connection_drops_every_few_messages()
    {
        Requires.LongRun();
        return AskAsync(distance: 5);
    }

    private static async Task AskAsync(int distance)
    {
        // Points at which the service has the message, or has seen nothing of it: then "received once" is a fair demand.
        FakeDropPoint[] points =
        [
            FakeDropPoint.AfterRecording,
            FakeDropPoint.WhileAnswering,
            FakeDropPoint.AfterAnswer,
            FakeDropPoint.AfterRecording,
        ];
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        for (int number = distance; number <= Questions; number += distance)
        {
            FakeDropPoint point = points[number / distance % points.Length];
            server.Chat.DropAt(number, number == 10 * distance ? FakeDropPoint.BeforeReceiving : point);
        }
        string[] questions = [.. Enumerable.Range(1, Questions).Select(static n => $"question {n}")];
        SampleResult result = await SampleProcess.RunAsync(
            "Ravatar.Samples.Chat",
            ["--url", server.BaseAddress.AbsoluteUri],
            string.Join('\n', questions)
        );
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(questions.Select(static q => "You said: " + q), result.Lines);
        Assert.Equal(questions, server.Received.Messages.Select(static m => m.Request));
        Assert.InRange(server.Received.SocketsAccepted, Questions / distance, (Questions / distance) + 2);
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Empty(server.Received.Violations);
    }
}
