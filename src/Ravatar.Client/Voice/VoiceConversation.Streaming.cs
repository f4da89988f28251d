namespace Ravatar.Client;

/// <content>Continuous PCM for Live Mode.</content>
public sealed partial class VoiceConversation
{
    private RunningStream? _stream;

    /// <summary>
    /// Streams the microphone to a live session, for avatars that listen by themselves (those on the Gemini native-audio API): without a pause, until the source ends, the session ends
    /// on this side, or the token is cancelled. There are no turns: the service finds out where speech ends, and the stream speaks the answers.
    /// </summary>
    /// <remarks>
    /// While the microphone is closed, silence is streamed, as nothing else would tell the service that the user has stopped speaking: while
    /// <see cref="IsMuted"/>, hands-free while typing or paused, and in the other modes while the button is up. It is not closed by itself while the avatar speaks, so
    /// that the user can interrupt; without headphones or echo cancellation use <see cref="PauseListening"/>.
    /// </remarks>
    /// <param name="session">The session.</param>
    /// <param name="options">How to stream. Defaults to the defaults of <see cref="LiveStreamOptions"/>.</param>
    /// <param name="cancellationToken">Ends the streaming. The session goes on.</param>
    /// <returns>What was sent and dropped.</returns>
    /// <exception cref="InvalidOperationException">The conversation runs or streams already.</exception>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    /// <exception cref="RavatarLiveException">The session ended otherwise than on this side.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The conversation was disposed, or the session was ended or disposed before.</exception>
    public async Task<LiveStreamResult> StreamAsync(
        LiveSession session,
        LiveStreamOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Guard.NotNull(session);
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        RunningStream stream = BeginStream();
        try
        {
            return await session.StreamAsync(stream.Source, options, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (either.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ObjectDisposedException("The conversation was disposed while it streamed.", e);
        }
        finally
        {
            Change(() => (_stream, _isHeld) = (null, false));
            stream.End();
        }
    }

    private RunningStream BeginStream()
    {
        GatedSource source = new(_source, () => Locked(() => IsOpen));
        lock (_gate)
        {
            ThrowIfBusy();
            return _stream = new RunningStream(source);
        }
    }

    /// <summary>Under the gate.</summary>
    private void ThrowIfBusy()
    {
        ThrowIfDisposed();
        if (_loop is not null || _stream is not null)
        {
            throw new InvalidOperationException("The conversation runs or streams already. End that first.");
        }
    }

    private sealed class RunningStream(GatedSource source)
    {
        private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GatedSource Source => source;

        public AudioLevel Level => source.Level;

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult(true);
    }
}
