using Ravatar.Client;

namespace Snippets;

/// <summary>The README, "Reading everything".</summary>
internal static class ReadingEverything
{
    public static async Task RunAsync(ChatChannel chat, CancellationToken cancellationToken)
    {
        // <snippet>
        await chat.SendTextAsync("Tell me more.", cancellationToken);
        await foreach (ChatEvent e in chat.ReadAllAsync(cancellationToken))
        {
            switch (e)
            {
                case ChatAnswer { IsRecovered: true } late:
                    Console.WriteLine($"(while we were away) {late.Text}");
                    break;
                case ChatAnswer said:
                    Console.WriteLine($"{said.Text} {said.FileUrl}");
                    break;
                case SystemEvent system:
                    Console.WriteLine($"[{system.Text}]");
                    break;
                case EventsMissed missed:
                    Console.WriteLine($"[{missed.Count} events were left out: this reader was too slow]");
                    break;
            }
        }
        // </snippet>
    }
}
