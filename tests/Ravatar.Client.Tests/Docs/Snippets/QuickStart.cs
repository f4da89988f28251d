using Ravatar.Client;
using Ravatar.Client.Testing;

namespace Snippets;

/// <summary>The README, first program.</summary>
internal static class QuickStart
{
    public static async Task RunAsync()
    {
        // <snippet>
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();

        await using RavatarClient ravatar = new(
            new RavatarClientOptions
            {
                UserId = "user-12345",
                ProjectId = "proj-abc",
                BaseAddress = server.BaseAddress,
            }
        );
        ChatConfiguration config = await ravatar.GetConfigurationAsync();

        await using ChatChannel chat = await ravatar.OpenChatAsync(new() { AvatarId = config.Avatars[0].Id, Language = "en" });
        ChatAnswer answer = await chat.AskAsync("What can you do?");
        Console.WriteLine($"{config.Avatars[0].Name}: {answer.Text}");
        // </snippet>
    }
}
