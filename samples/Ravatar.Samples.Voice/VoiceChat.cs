using System.Globalization;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What is said goes to the avatar, one recording after the other; its answers go to the console.</summary>
internal sealed class VoiceChat(ChatChannel chat, Avatar? avatar, VoiceRecorder recorder, VoiceSettings settings, SampleConsole console)
{
    private const char EndOfTransmission = '\u0004'; // Ctrl+D

    private volatile bool _isAsking;
    private int _recordings;

    /// <summary>Talks until the input ends, or for ever.</summary>
    public async Task RunAsync(VoiceMode mode, CancellationToken cancellationToken)
    {
        if (console.IsInteractive)
        {
            console.Note($"You talk to {avatar?.ToString() ?? chat.AvatarId} in {chat.Language}. {Instructions(mode)}");
        }
        using CancellationTokenSource showing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task meter =
            console.IsInteractive && settings.WavPath is null
                ? LevelBar.ShowAsync(recorder, () => recorder.IsRecording && !_isAsking, console, showing.Token)
                : Task.CompletedTask;
        try
        {
            await ChatNotes.TellWhileAsync(chat, avatar, console, token => TalkAsync(mode, token), cancellationToken);
        }
        finally
        {
            await showing.CancelAsync();
            await meter.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            console.Status("");
        }
    }

    private string Instructions(VoiceMode mode) =>
        (settings.WavPath, mode) switch
        {
            (not null, _) => $"\"{settings.WavPath}\" speaks.",
            (_, VoiceMode.Vad) => "Speak; a pause sends it. Ctrl+C ends the conversation.",
            (_, VoiceMode.PushToTalk) => "Space presses the button, Enter releases it and sends, Escape takes it back. Ctrl+D or Ctrl+C"
                + " ends the conversation.",
            _ => "Enter starts a recording, Enter ends and sends it. Ctrl+D or Ctrl+C ends the conversation.",
        };

    private Task TalkAsync(VoiceMode mode, CancellationToken cancellationToken) =>
        (settings.WavPath, mode) switch
        {
            (_, VoiceMode.Vad) => TalkFreelyAsync(cancellationToken),
            (_, VoiceMode.PushToTalk) => PushToTalkAsync(cancellationToken),
            (not null, _) => SendFileAsync(cancellationToken),
            _ => StartAndStopAsync(cancellationToken),
        };

    private async Task TalkFreelyAsync(CancellationToken cancellationToken)
    {
        await foreach (WavRecording utterance in recorder.RecordUtterancesAsync(cancellationToken))
        {
            await AskAsync(utterance, cancellationToken);
        }
        if (_recordings == 0)
        {
            console.Note("Nobody spoke: nothing was sent.");
        }
    }

    private async Task SendFileAsync(CancellationToken cancellationToken)
    {
        WavRecording recording = await recorder.RecordToEndAsync(cancellationToken);
        if (recording.Pcm.IsEmpty)
        {
            throw new UsageException($"--wav: \"{settings.WavPath}\" holds no audio.");
        }
        await AskAsync(recording, cancellationToken);
    }

    private async Task StartAndStopAsync(CancellationToken cancellationToken)
    {
        while (await console.ReadLineAsync(cancellationToken) is not null)
        {
            await recorder.StartAsync(cancellationToken);
            console.Note("Recording.");
            // The end of the input ends the recording as well, and sends it.
            await console.ReadLineAsync(cancellationToken);
            await AskAsync(await recorder.StopAsync(cancellationToken), cancellationToken);
        }
    }

    /// <summary>Terminals tell of keys that go down, not of keys that come up: so one key presses, another releases.</summary>
    private async Task PushToTalkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ConsoleKeyInfo key = await Task.Run(static () => Console.ReadKey(intercept: true), CancellationToken.None)
                .WaitAsync(cancellationToken);
            switch (key.Key)
            {
                case ConsoleKey.Spacebar when !recorder.IsRecording: // a key that is held repeats itself
                    await recorder.PressAsync(cancellationToken);
                    break;
                case ConsoleKey.Enter when recorder.IsRecording:
                    if (await recorder.ReleaseAsync(cancellationToken) is { } recording)
                    {
                        await AskAsync(recording, cancellationToken);
                    }
                    else
                    {
                        console.Note("Too short: nothing was sent.");
                    }
                    break;
                case ConsoleKey.Escape when recorder.IsRecording:
                    await recorder.CancelAsync();
                    console.Note("Taken back: nothing was sent.");
                    break;
                case var _ when key.KeyChar == EndOfTransmission:
                    return;
            }
        }
    }

    private async Task AskAsync(WavRecording recording, CancellationToken cancellationToken)
    {
        if (recording.Pcm.IsEmpty)
        {
            console.Note("Nothing was heard: nothing was sent.");
            return;
        }
        _isAsking = true;
        try
        {
            await SaveAsync(recording, ++_recordings, cancellationToken);
            if (console.IsInteractive)
            {
                console.Note(string.Create(CultureInfo.InvariantCulture, $"{recording.Duration.TotalSeconds:F1} s sent."));
            }
            console.Answer(avatar?.Name, await chat.AskAsync(recording, cancellationToken));
        }
        finally
        {
            _isAsking = false;
        }
    }

    private async Task SaveAsync(WavRecording recording, int number, CancellationToken cancellationToken)
    {
        if (settings.SavePath is not { } first)
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
