using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>
/// One page, as long as it is open: carries out what it asks for, and ends its chat, live session included, when it has gone. Steps that take
/// time run one after the other beside the reading, so that the page's end and its taking back are noticed meanwhile.
/// </summary>
internal sealed class PageSession(RavatarClient client, PageSocket page, PageSettings settings, SampleConsole console) : IAsyncDisposable
{
    private const int MostSteps = 16;
    private const int MostHistory = 1_000;
    private const int FirstHistory = 50;

    private readonly Channel<(Func<CancellationToken, Task> Step, string? Action)> _steps = Channel.CreateBounded<(
        Func<CancellationToken, Task>,
        string?
    )>(new BoundedChannelOptions(MostSteps) { SingleReader = true });
    private readonly PageVoice _voice = new(client, page, settings.StreamsLiveAudio);
    private volatile PageChat? _chat;

    /// <summary>Serves the page until it goes away or the app ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = page.WriteAsync(ending.Token);
        Task stepping = StepAsync(ending.Token);
        try
        {
            while (await page.ReadAsync(ending.Token) is { } input)
            {
                await TakeAsync(input, ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or JsonException)
        {
            // The page has gone without a word, speaks in tongues, or the app ends: each is the end of this session alone.
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(writing, stepping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await page.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _voice.DisposeAsync();
        if (_chat is { } chat)
        {
            await chat.DisposeAsync();
        }
    }

    private async Task TakeAsync(PageInput input, CancellationToken cancellationToken)
    {
        if (input.Command is not { } command)
        {
            _voice.Write(input.Audio.Span);
            return;
        }
        switch (command.Type)
        {
            case "start":
                Queue(StartAsync, "start");
                break;
            case "open":
                await _voice.StopAsync();
                Queue(token => OpenAsync(command, token), "start");
                break;
            case "history":
                Queue(token => ShowHistoryAsync(Math.Clamp(command.Count ?? FirstHistory, 1, MostHistory), token));
                break;
            case "ask" when command is { Id: { } id, Text: { } text } && !string.IsNullOrWhiteSpace(text):
                _ = _chat?.AskAsync(id, text);
                break;
            case "live.start":
                Queue(token => _chat is { } chat ? chat.StartLiveAsync(token) : Task.CompletedTask, "live");
                break;
            case "live.stop":
                _chat?.GiveUpLive();
                // Behind a start that waits; a session that runs is ended though there is no more room to wait.
                if (!Queue(_ => EndLiveAsync()))
                {
                    await TryAsync(_ => EndLiveAsync(), null, cancellationToken);
                }
                break;
            case "live.reload":
                _chat?.ShowLive();
                break;
            default:
                await TryAsync(token => _voice.TakeAsync(command, _chat, token), null, cancellationToken);
                break;
        }
    }

    private Task EndLiveAsync() => _chat?.EndLiveAsync() ?? Task.CompletedTask;

    /// <summary>Returns whether there was room.</summary>
    private bool Queue(Func<CancellationToken, Task> step, string? action = null)
    {
        bool queued = _steps.Writer.TryWrite((step, action));
        if (!queued)
        {
            page.Send(ErrorText.TooManyQuestions);
        }
        return queued;
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        await foreach ((Func<CancellationToken, Task> step, string? action) in _steps.Reader.ReadAllAsync(cancellationToken))
        {
            await TryAsync(step, action, cancellationToken);
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> step, string? action, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (e is not RavatarException)
            {
                console.Error(e);
            }
            page.Send(ErrorText.For(e, action));
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        ChatConfiguration configuration = await client.GetConfigurationAsync(cancellationToken);
        page.Send(
            new ConfigurationNote(
                [.. configuration.Avatars.Select(AvatarNote.Of)],
                [.. configuration.Languages.Select(static l => new LanguageNote(l.Code, l.Name.Length > 0 ? l.Name : l.Code))],
                configuration.VoiceModeSelector,
                configuration.VadEnabled,
                settings.Sample.Avatar,
                settings.Sample.Language,
                settings.IsFake
            )
        );
    }

    private async Task OpenAsync(PageCommand command, CancellationToken cancellationToken)
    {
        if (_chat is { } former)
        {
            _chat = null;
            await former.DisposeAsync();
        }
        ChatOptions options = new()
        {
            AvatarId = command.Avatar,
            Language = command.Language,
            AnswerTimeout = settings.Sample.Timeout,
        };
        ChatChannel channel = await client.OpenChatAsync(options, cancellationToken);
        // Beyond this point the chat is the session's to dispose, whatever happens.
        _chat = new PageChat(channel, page);
        page.Send(new OpenedNote(channel.AvatarId, channel.Language));
        // The history before what arrives from now on: the chat keeps that until somebody reads it.
        try
        {
            await ShowHistoryAsync(FirstHistory, cancellationToken);
        }
        finally
        {
            _chat.Read();
        }
    }

    private async Task ShowHistoryAsync(int count, CancellationToken cancellationToken)
    {
        IReadOnlyList<HistoryMessage> latest = await LatestMessages.ReadAsync(client, count + 1, cancellationToken);
        page.Send(
            new HistoryNote(
                [.. latest.TakeLast(count).Select(static message => PageChat.NoteOf(message))],
                latest.Count > count && count < MostHistory
            )
        );
    }
}
