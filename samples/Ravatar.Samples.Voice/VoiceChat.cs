using System.Globalization;
using System.Runtime.ExceptionServices;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What is said goes to the avatar, one recording after the other; its answers go to the console.</summary>
internal sealed class VoiceChat(Talk talk, VoiceMode mode)
{
    private const char EndOfTransmission = '\u0004'; // Ctrl+D

    private readonly SampleConsole _console = talk.Console;
    private readonly ChatNotes _notes = new(talk.Chat, talk.Avatar, talk.Console);
    private readonly VoiceSettings _settings = talk.Settings;

    /// <summary>Talks until the input ends, or for ever.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_console.IsInteractive)
        {
            _console.Note($"You talk to {talk.Avatar?.ToString() ?? talk.Chat.AvatarId} in {talk.Chat.Language}. {Instructions}");
        }
        bool isFile = _settings.WavPath is not null && mode == VoiceMode.Record;
        await _notes.TellWhileAsync(
            token => _notes.WhileAskingAsync(() => isFile ? SendFileAsync(token) : TalkAsync(token)),
            cancellationToken
        );
    }

    private string Instructions =>
        (_settings.WavPath, mode) switch
        {
            (not null, _) => $"\"{_settings.WavPath}\" speaks.",
            (_, VoiceMode.Vad) => "Speak; a pause sends it. Ctrl+C ends the conversation.",
            (_, VoiceMode.PushToTalk) => "Space presses the button, Enter releases it and sends, Escape takes it back. Ctrl+D or Ctrl+C"
                + " ends the conversation.",
            _ => "Enter starts a recording, Enter ends and sends it. Ctrl+D or Ctrl+C ends the conversation.",
        };

    private async Task TalkAsync(CancellationToken cancellationToken)
    {
        await using VoiceConversation conversation = talk.Client.CreateVoiceConversation(talk.Chat, talk.Source, new() { Mode = mode });
        await LevelBar.ShowWhileAsync(
            conversation,
            _settings,
            _console,
            () => TalkAsync(conversation, cancellationToken),
            cancellationToken
        );
    }

    private async Task TalkAsync(VoiceConversation conversation, CancellationToken cancellationToken)
    {
        using CancellationTokenSource talking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerable<VoiceTurn> turns = conversation.RunAsync(cancellationToken);
        Task hands = mode == VoiceMode.Vad ? Task.CompletedTask : HandleAsync(conversation, talking.Token);
        bool spoke = false;
        try
        {
            await foreach (VoiceTurn turn in turns)
            {
                spoke = true;
                await TellAsync(turn, cancellationToken);
            }
            await hands;
        }
        finally
        {
            await talking.CancelAsync();
            await hands.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!spoke && mode == VoiceMode.Vad)
        {
            _console.Note("Nobody spoke: nothing was sent.");
        }
    }

    private async Task SendFileAsync(CancellationToken cancellationToken)
    {
        await using VoiceRecorder recorder = talk.Client.CreateRecorder(talk.Source, new() { MaxRecording = VoiceInput.LongestFile });
        WavRecording recording = await recorder.RecordToEndAsync(cancellationToken);
        if (recording.Pcm.IsEmpty)
        {
            throw new UsageException($"--wav: \"{_settings.WavPath}\" holds no audio.");
        }
        await SaveAsync(recording, 1, cancellationToken);
        try
        {
            _notes.Answer(await talk.Chat.AskAsync(recording, cancellationToken));
        }
        catch (RavatarTimeoutException e) when (_settings.IsLive)
        {
            _console.Note(e.Message);
        }
    }

    /// <summary>Presses and releases until the input ends; what is under way is answered all the same.</summary>
    private async Task HandleAsync(VoiceConversation conversation, CancellationToken cancellationToken)
    {
        try
        {
            await (
                mode == VoiceMode.PushToTalk
                    ? PushToTalkAsync(conversation, cancellationToken)
                    : StartAndStopAsync(conversation, cancellationToken)
            );
        }
        finally
        {
            await conversation.FinishAsync(CancellationToken.None);
        }
    }

    private async Task StartAndStopAsync(VoiceConversation conversation, CancellationToken cancellationToken)
    {
        while (await _console.ReadLineAsync(cancellationToken) is not null)
        {
            await conversation.PressAsync(cancellationToken);
            _console.Note("Recording.");
            // The end of the input ends the recording as well, and sends it.
            await _console.ReadLineAsync(cancellationToken);
            if (!await conversation.ReleaseAsync(cancellationToken))
            {
                _console.Note("Nothing was heard: nothing was sent.");
            }
        }
    }

    /// <summary>Terminals tell of keys that go down, not of keys that come up: so one key presses, another releases.</summary>
    private async Task PushToTalkAsync(VoiceConversation conversation, CancellationToken cancellationToken)
    {
        bool pressed = false;
        while (true)
        {
            ConsoleKeyInfo key = await Task.Run(static () => Console.ReadKey(intercept: true), CancellationToken.None)
                .WaitAsync(cancellationToken);
            switch (key.Key)
            {
                case ConsoleKey.Spacebar when !pressed: // a key that is held repeats itself
                    await conversation.PressAsync(cancellationToken);
                    pressed = true;
                    break;
                case ConsoleKey.Enter when pressed:
                    pressed = false;
                    if (!await conversation.ReleaseAsync(cancellationToken))
                    {
                        _console.Note("Too short: nothing was sent.");
                    }
                    break;
                case ConsoleKey.Escape when pressed:
                    pressed = false;
                    await conversation.CancelAsync();
                    _console.Note("Taken back: nothing was sent.");
                    break;
                case var _ when key.KeyChar == EndOfTransmission:
                    return;
            }
        }
    }

    private async Task TellAsync(VoiceTurn turn, CancellationToken cancellationToken)
    {
        await SaveAsync(turn.Recording, turn.Number, cancellationToken);
        if (turn.Answer is { } answer)
        {
            _notes.Answer(answer);
        }
        else if (turn.Error is RavatarTimeoutException && _settings.IsLive)
        {
            _console.Note(turn.Error.Message); // the stream speaks; whether a text comes as well is the service's choice
        }
        else if (turn.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
        if (_console.IsInteractive && turn is { TimeToSend: { } sent, TimeToAnswer: { } answered })
        {
            _console.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{turn.Recording.Duration.TotalSeconds:F1} s said, sent after {sent.TotalSeconds:F2} s, answered after {answered.TotalSeconds:F1} s."
                )
            );
        }
    }

    private async Task SaveAsync(WavRecording recording, int number, CancellationToken cancellationToken)
    {
        if (_settings.SavePath is not { } first)
        {
            return;
        }
        string path =
            number == 1
                ? first
                : Path.Combine(
                    Path.GetDirectoryName(first) ?? "",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Path.GetFileNameWithoutExtension(first)}-{number}{Path.GetExtension(first)}"
                    )
                );
        try
        {
            await recording.SaveAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--save: \"{path}\" cannot be written. {e.Message}");
        }
    }
}
