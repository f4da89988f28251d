using Ravatar.Client;

namespace Snippets;

/// <summary>The chat channel, "Watching it".</summary>
internal static class WatchingIt
{
    public static async Task RunAsync(ChatChannel chat, CancellationToken cancellationToken)
    {
        // <snippet>
        await foreach (ChatStateChange step in chat.WatchStateAsync(cancellationToken))
        {
            Console.WriteLine($"{step.State}: {step.Reason} (attempt {step.Attempt}, in {step.Delay})");
        }
        ChatEnd end = await chat.Completion;
        Console.WriteLine($"{end.Reason}: {end.Message} {end.CloseCode} {end.CloseText}");
        Console.WriteLine(chat.GetStatistics());
        // </snippet>
    }
}
