using Ravatar.Client.Testing;
using Xunit;

namespace Snippets;

/// <summary>The README, "Testing your own app".</summary>
internal static class TestingYourOwnApp
{
    public static async Task RunAsync(Func<Uri, Task> RunMyAppAsync)
    {
        // <snippet>
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(message => new FakeAnswer($"You said: {message.Request}"));
        server.Script.Jwt.FailOnce(500);
        server.Chat.DropEvery(3, FakeDropPoint.AfterRecording); // the answer to every third message is lost on the way

        await RunMyAppAsync(server.BaseAddress);

        Assert.Empty(server.Received.Violations); // everything a client sent that the protocol does not allow
        // </snippet>
    }
}
