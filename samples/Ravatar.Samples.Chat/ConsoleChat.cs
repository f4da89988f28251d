using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Questions from the console, answers to it, one after the other, until the input ends.</summary>
internal sealed class ConsoleChat(RavatarClient client, ChatChannel chat, Avatar? avatar, SampleConsole console)
{
    private const int RememberedMessages = 10;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (console.IsInteractive)
        {
            await GreetAsync(cancellationToken);
        }
        await ChatNotes.TellWhileAsync(chat, avatar, console, AskAsync, cancellationToken);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        while (await console.ReadQuestionAsync(cancellationToken) is { } question)
        {
            ChatAnswer answer = await chat.AskAsync(question, cancellationToken);
            console.Answer(avatar?.Name, answer);
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        console.Note($"You talk to {avatar?.ToString() ?? chat.AvatarId} in {chat.Language}. Ctrl+D or Ctrl+C ends it.");
        foreach (HistoryMessage message in await RememberAsync(cancellationToken))
        {
            bool isAvatar = message.Direction == MessageDirection.Incoming;
            string? text = isAvatar ? message.Answer ?? message.FileUrl?.ToString() : message.Request;
            console.Note($"{(isAvatar ? message.AvatarName ?? avatar?.Name ?? "avatar" : "you")}: {text}");
        }
        if (avatar?.GreetingText is { Length: > 0 } greeting)
        {
            console.Say(avatar.Name, greeting);
        }
    }

    /// <summary>The last messages, oldest first. Which end of the history page 1 is, the API does not say: the dates decide.</summary>
    private async Task<IEnumerable<HistoryMessage>> RememberAsync(CancellationToken cancellationToken)
    {
        HistoryPage first = await client.GetHistoryPageAsync(1, cancellationToken: cancellationToken);
        if (!first.HasMore)
        {
            return Latest(first.Messages);
        }
        HistoryPage second = await client.GetHistoryPageAsync(2, cancellationToken: cancellationToken);
        if (first.Messages.Max(DateOf) >= second.Messages.Max(DateOf))
        {
            return Latest(first.Messages.Concat(second.Messages));
        }
        // The oldest come first: the latest are found at the end alone.
        Queue<HistoryMessage> latest = new();
        await foreach (HistoryMessage message in client.GetHistoryAsync(cancellationToken))
        {
            latest.Enqueue(message);
            if (latest.Count > first.Messages.Count)
            {
                latest.Dequeue();
            }
        }
        return Latest(latest);
    }

    private static IEnumerable<HistoryMessage> Latest(IEnumerable<HistoryMessage> messages) =>
        messages.OrderBy(DateOf).TakeLast(RememberedMessages);

    private static DateTimeOffset DateOf(HistoryMessage message) => message.Date ?? DateTimeOffset.MinValue;
}
