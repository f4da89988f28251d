using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>The chat with one avatar, shown on one page.</summary>
internal sealed class PageChat(ChatChannel channel, PageSocket page) : IAsyncDisposable
{
    private const int MostQuestions = 8;

    private readonly CancellationTokenSource _end = new();
    private readonly PageLive _live = new(channel, page);
    private Task _reading = Task.CompletedTask;
    private int _questions;

    /// <summary>The live session, while one runs.</summary>
    public LiveSession? Live => _live.Session;

    /// <summary>Shows, from now on, what the chat brings.</summary>
    public void Read() => _reading = Task.WhenAll(ReadEventsAsync(), ReadStatesAsync(), ReadEndAsync());

    /// <summary>Asks; the page is told when that is settled. Never throws.</summary>
    public Task AskAsync(string id, string text) =>
        AskAsync(
            id,
            async token =>
            {
                if (Live is not null)
                {
                    // The stream speaks the answer: it need not come this way too.
                    await channel.SendTextAsync(text, token);
                    return null;
                }
                return await channel.AskAsync(text, token);
            }
        );

    /// <inheritdoc cref="AskAsync(string, string)"/>
    public Task AskAsync(string id, VoiceClip clip) =>
        AskAsync(
            id,
            async token =>
            {
                if (Live is not null)
                {
                    await channel.SendVoiceAsync(clip, token);
                    return null;
                }
                return await channel.AskAsync(clip, token);
            }
        );

    public Task StartLiveAsync(CancellationToken cancellationToken) => _live.StartAsync(cancellationToken);

    public void GiveUpLive() => _live.GiveUp();

    public void ShowLive() => _live.Show();

    public Task EndLiveAsync() => _live.EndAsync();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _live.DisposeAsync();
        await channel.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static AnswerNote NoteOf(HistoryMessage message)
    {
        bool isAvatar = message.Direction == MessageDirection.Incoming;
        return new AnswerNote(
            (isAvatar ? message.Answer : message.Request) ?? "",
            isAvatar ? message.AvatarName ?? "Avatar" : null,
            message.Id.Length > 0 ? message.Id : null,
            message.Date,
            message.FileUrl
        );
    }

    private Task AskAsync(string id, Func<CancellationToken, Task<ChatAnswer?>> ask)
    {
        if (Interlocked.Increment(ref _questions) > MostQuestions)
        {
            Interlocked.Decrement(ref _questions);
            page.Send(ErrorText.TooManyQuestions);
            page.Send(new SettledNote(id));
            return Task.CompletedTask;
        }
        return SettleAsync(id, ask);
    }

    /// <summary>Never throws.</summary>
    private async Task SettleAsync(string id, Func<CancellationToken, Task<ChatAnswer?>> ask)
    {
        string? transcript = null;
        try
        {
            transcript = (await ask(_end.Token))?.Transcript;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page has gone, or talks to somebody else by now.
        }
        catch (Exception e)
        {
            page.Send(ErrorText.For(e));
        }
        finally
        {
            Interlocked.Decrement(ref _questions);
            page.Send(new SettledNote(id, transcript));
        }
    }

    private async Task ReadEventsAsync()
    {
        await foreach (ChatEvent e in channel.ReadAllAsync(_end.Token))
        {
            if (NoteOf(e) is { } note)
            {
                page.Send(note);
            }
        }
    }

    private PageMessage? NoteOf(ChatEvent e) =>
        e switch
        {
            ChatAnswer answer => new AnswerNote(
                answer.Text,
                answer.AvatarName ?? "Avatar",
                answer.Id,
                answer.Date,
                answer.FileUrl,
                answer.Audio.IsEmpty ? null : answer.Audio.ToArray(),
                answer.AudioMediaType,
                answer.IsRecovered
            ),
            SystemEvent { Text.Length: > 0 } system when !_live.Tells(system) => new AsideNote(system.Text),
            ServerEvent { Text.Length: > 0 } happened => new AsideNote(happened.Text),
            UnknownEvent unknown => new AsideNote($"A message was not understood: {unknown.Problem}"),
            EventsMissed missed => new AsideNote($"{missed.Count} messages came faster than they could be shown. Reload the page."),
            HistoryUnavailable => new AsideNote("The history could not be read: a message under way may have been lost or sent twice."),
            _ => null,
        };

    private async Task ReadStatesAsync()
    {
        await foreach (ChatStateChange change in channel.WatchStateAsync(_end.Token))
        {
            page.Send(new StateNote(change.State, change.Reason));
        }
    }

    private async Task ReadEndAsync()
    {
        ChatEnd end = await channel.Completion.WaitAsync(_end.Token);
        if (end.Reason != ChatEndReason.ClosedByClient)
        {
            page.Send(ErrorText.For(end.Exception ?? new RavatarConnectionException(end.Message), "start"));
        }
    }
}
