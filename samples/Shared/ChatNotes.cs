using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What a chat does beside answering, told to the console.</summary>
internal static class ChatNotes
{
    /// <summary>Tells it as long as the conversation goes on; answers too, where the conversation does not wait for them itself.</summary>
    public static async Task TellWhileAsync(
        ChatChannel chat,
        Avatar? avatar,
        SampleConsole console,
        Func<CancellationToken, Task> conversation,
        CancellationToken cancellationToken,
        bool answersToo = false
    )
    {
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task aside = Task.WhenAll(
            TellEventsAsync(chat, avatar, console, answersToo, reading.Token),
            TellStatesAsync(chat, console, reading.Token)
        );
        try
        {
            await conversation(cancellationToken);
        }
        finally
        {
            await reading.CancelAsync();
            await aside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What arrives beside the answers that were asked for.</summary>
    private static async Task TellEventsAsync(
        ChatChannel chat,
        Avatar? avatar,
        SampleConsole console,
        bool answersToo,
        CancellationToken cancellationToken
    )
    {
        await foreach (ChatEvent e in chat.ReadAllAsync(cancellationToken))
        {
            switch (e)
            {
                case SystemEvent { Text.Length: > 0 } system:
                    console.Note($"service: {system.Text}");
                    break;
                case ServerEvent { Text.Length: > 0 } happened:
                    console.Note($"event: {happened.Text}");
                    break;
                case ChatAnswer answer when answersToo:
                    console.Answer(avatar?.Name, answer);
                    break;
                case ChatAnswer { IsFollowUp: true } more:
                    console.Note($"{avatar?.Name} adds: {more.Text} {more.FileUrl}");
                    break;
                case UnknownEvent unknown:
                    console.Note($"a message that was not understood: {unknown.Problem}");
                    break;
                case HistoryUnavailable:
                    console.Note("The history could not be read: a message under way may have been lost or sent twice.");
                    break;
            }
        }
    }

    private static async Task TellStatesAsync(ChatChannel chat, SampleConsole console, CancellationToken cancellationToken)
    {
        await foreach (ChatStateChange change in chat.WatchStateAsync(cancellationToken))
        {
            if (change.State == ChatState.Reconnecting)
            {
                console.Note($"Connection lost ({change.Reason}); attempt {change.Attempt} follows in {change.Delay.TotalSeconds:F1} s.");
            }
        }
    }
}
