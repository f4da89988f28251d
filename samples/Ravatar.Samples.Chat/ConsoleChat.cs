using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Questions from the console, answers to it, one after the other, until the input ends.</summary>
internal sealed class ConsoleChat(RavatarClient client, ChatChannel chat, Avatar? avatar, SampleConsole console)
{
    private const int RememberedMessages = 10;

    private readonly ChatNotes _notes = new(chat, avatar, console);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (console.IsInteractive)
        {
            await GreetAsync(cancellationToken);
        }
        await _notes.TellWhileAsync(AskAsync, cancellationToken);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        while (await console.ReadQuestionAsync(cancellationToken) is { } question)
        {
            await _notes.WhileAskingAsync(async () => _notes.Answer(await chat.AskAsync(question, cancellationToken)));
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        console.Note($"You talk to {avatar?.ToString() ?? chat.AvatarId} in {chat.Language}. Ctrl+D or Ctrl+C ends it.");
        foreach (HistoryMessage message in await LatestMessages.ReadAsync(client, RememberedMessages, cancellationToken))
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
}
