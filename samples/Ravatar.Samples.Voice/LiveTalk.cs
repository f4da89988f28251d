using System.Globalization;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Live Mode: the avatar is on a page, whose address is printed, and hears a stream or recordings.</summary>
internal sealed class LiveTalk(Talk talk)
{
    private readonly SampleConsole _console = talk.Console;

    /// <summary>Who does not say with whom to talk gets the first avatar that has Live Mode.</summary>
    public static SampleSettings WithLiveAvatar(SampleSettings settings, ChatConfiguration configuration) =>
        settings.Avatar is null ? settings with { Avatar = configuration.Avatars.FirstOrDefault(static a => a.HasLiveMode)?.Id } : settings;

    /// <summary>Talks in a session, and ends it.</summary>
    /// <exception cref="UsageException">The avatar has no Live Mode.</exception>
    public async Task RunAsync(VoiceChat recordings, CancellationToken cancellationToken)
    {
        await using LiveSession session = await StartAsync(cancellationToken);
        _console.Print(session.PageUri.AbsoluteUri);
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task errors = TellErrorsAsync(session, reading.Token);
        try
        {
            await (talk.Settings.Streams ? StreamAsync(session, cancellationToken) : recordings.RunAsync(cancellationToken));
        }
        finally
        {
            await reading.CancelAsync();
            await errors.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!session.IsRunning)
        {
            LiveEnd over = await session.Ended;
            if (over.Reason != LiveEndReason.EndedByClient)
            {
                throw over.Exception ?? new RavatarLiveException(LiveError.StreamError, $"The live session has ended: {over.Message}");
            }
            // The SDK ends sessions when a signal comes, which may be before this run hears of it.
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        }
        // When the socket is closed in good order, the service has read all that was said.
        await talk.Chat.DisposeAsync();
        LiveEnd end = await session.EndAsync(cancellationToken);
        if (!end.EndedOnServer)
        {
            _console.Note("The service could not be told that the session is over. It may go on for a while.");
        }
    }

    private async Task<LiveSession> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await talk.Chat.StartLiveAsync(cancellationToken: cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException($"--live: {e.Message}");
        }
    }

    private async Task StreamAsync(LiveSession session, CancellationToken cancellationToken)
    {
        await using VoiceConversation conversation = talk.Client.CreateVoiceConversation(
            talk.Chat,
            talk.Source,
            new() { Mode = VoiceMode.Vad }
        );
        if (_console.IsInteractive)
        {
            _console.Note(
                $"Open that address in a browser, and talk to {talk.Avatar?.ToString() ?? talk.Chat.AvatarId}. Ctrl+C ends the session."
            );
        }
        await LevelBar.ShowWhileAsync(
            conversation,
            talk.Settings,
            _console,
            () => new ChatNotes(talk.Chat, talk.Avatar, _console).TellWhileAsync(SendAsync, cancellationToken, allAnswers: true),
            cancellationToken
        );

        async Task SendAsync(CancellationToken token)
        {
            LiveStreamResult result = await conversation.StreamAsync(session, cancellationToken: token);
            _console.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.FramesSent} frames were sent, {result.FramesDropped} were too late and dropped."
                )
            );
        }
    }

    private async Task TellErrorsAsync(LiveSession session, CancellationToken cancellationToken)
    {
        await foreach (RavatarLiveException error in session.ReadErrorsAsync(cancellationToken))
        {
            _console.Note($"stream: {error.Message} {error.Recommendation}");
            if (error.Reason == LiveError.Timeout)
            {
                _console.Print(session.PageUri.AbsoluteUri);
            }
        }
    }
}
