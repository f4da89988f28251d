namespace Ravatar.Client;

/// <summary>
/// A spoken conversation over a chat channel, in Chat Mode or in Live Mode: hands-free by voice activity detection, by push-to-talk, or by start and stop.
/// <see cref="RunAsync"/> gives its turns, each with its recording, its answer and its timings; <see cref="StreamAsync"/> streams the microphone to a live
/// session instead, for avatars that listen by themselves.
/// </summary>
/// <remarks>
/// <para>Made by <see cref="RavatarClient.CreateVoiceConversation"/>. One run or stream at a time, any number one after the other. All members may be used from
/// any thread. It disposes neither the channel nor the source.</para>
/// <para>What closes the microphone: <see cref="IsMuted"/>, until the user takes it back, whatever is sent meanwhile. Besides, hands-free alone:
/// <see cref="IsTyping"/>, and <see cref="PauseListening"/> while the avatar is heard. What was said before is sent all the same, after the silence.</para>
/// </remarks>
public sealed partial class VoiceConversation : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _hand = new(1, 1); // one press, release or change of mode at a time
    private readonly CancellationTokenSource _disposal = new();
    private readonly ChatChannel _chat;
    private readonly IAudioSource _source;
    private readonly VoiceConversationOptions _options;
    private readonly TimeProvider _time;
    private readonly VoiceRecorder _recorder;
    private VoiceMode _mode;
    private bool _isMuted;
    private bool _isTyping;
    private bool _isHeld;
    private int _pauses;

    internal VoiceConversation(
        ChatChannel chat,
        IAudioSource source,
        VoiceConversationOptions options,
        VoiceMode byDefault,
        TimeProvider time
    )
    {
        (_chat, _source, _options, _time) = (chat, source, options.CheckedCopy(), time);
        _mode = _options.Mode ?? byDefault;
        _recorder = new VoiceRecorder(source, _options.Recorder, time);
    }

    /// <summary>What begins and ends a recording now.</summary>
    public VoiceMode Mode => Locked(() => _mode);

    /// <summary>Whether the user has muted the microphone: it counts as silent in every mode. It stays so until it is set back. Defaults to <see langword="false"/>.</summary>
    public bool IsMuted
    {
        get => Locked(() => _isMuted);
        set => Change(() => _isMuted = value);
    }

    /// <summary>
    /// Whether the user is typing, which closes the open microphone. The app sets it, and sets it back when the text is discarded; <see cref="AskAsync"/> sets it
    /// back as well. Defaults to <see langword="false"/>.
    /// </summary>
    public bool IsTyping
    {
        get => Locked(() => _isTyping);
        set => Change(() => _isTyping = value);
    }

    /// <summary>Whether what is said at this moment is heard.</summary>
    public bool IsListening =>
        Locked(() => IsOpen && (_stream is not null || (_mode == VoiceMode.Vad ? _loop is { IsHearing: true } : _recorder.IsRecording)));

    /// <summary>How loud it is now: the last 50 ms of what is heard, <see cref="AudioLevel.Silence"/> when nothing is.</summary>
    public AudioLevel Level => Locked(() => _stream?.Level ?? _recorder.Level);

    /// <summary>
    /// Closes the open microphone (<see cref="VoiceMode.Vad"/>) until what it returns is disposed: while the avatar's answer is played, so that it does not hear itself.
    /// Pauses may overlap; it opens after the last.
    /// </summary>
    /// <returns>The pause. Disposing it twice ends it once.</returns>
    public IDisposable PauseListening()
    {
        Change(() => _pauses++);
        return new Pause(this);
    }

    /// <summary>
    /// Sends what the user has typed, and waits for the answer: ends <see cref="IsTyping"/>, and leaves <see cref="IsMuted"/> as it is. Until the answer is there the open
    /// microphone is closed, unless <see cref="VoiceConversationOptions.ListenWhileAnswering"/> is set.
    /// </summary>
    /// <param name="question">What the user has typed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">The question is empty or blank.</exception>
    /// <exception cref="RavatarTimeoutException">No answer came in time.</exception>
    /// <exception cref="RavatarException">The channel ended first; the exception says how.</exception>
    /// <exception cref="ObjectDisposedException">The conversation or the channel is disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<ChatAnswer> AskAsync(string question, CancellationToken cancellationToken = default)
    {
        Guard.NotBlank(question);
        ThrowIfDisposed();
        using IDisposable? pause = _options.ListenWhileAnswering ? null : PauseListening();
        IsTyping = false;
        Task<ChatAnswer> asking = _options.AnswerTimeout is { } timeout
            ? _chat.AskAsync(question, timeout, cancellationToken)
            : _chat.AskAsync(question, cancellationToken);
        return await asking.ConfigureAwait(false);
    }

    /// <summary>Ends a run or stream, discards what is being recorded, and waits for that. The source is stopped, not disposed.</summary>
    /// <returns>A task that ends when that is done. Safe to await where the turns are read.</returns>
    public async ValueTask DisposeAsync()
    {
        await Clock.CancelAsync(_disposal).ConfigureAwait(false);
        (Task listening, Task streaming) = Locked(() => (_loop?.Listening ?? Task.CompletedTask, _stream?.Ended ?? Task.CompletedTask));
        await Task.WhenAll(listening, streaming).ConfigureAwait(false);
        await _recorder.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether the microphone may be heard. Under the gate.</summary>
    private bool IsOpen => !_isMuted && (_mode == VoiceMode.Vad ? !_isTyping && _pauses == 0 : _stream is null || _isHeld);

    private T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _recorder.IsMuted = !IsOpen;
        }
    }

    private void ThrowIfDisposed() => Guard.NotDisposed(_disposal.IsCancellationRequested, this);

    private sealed class Pause(VoiceConversation conversation) : IDisposable
    {
        private VoiceConversation? _conversation = conversation;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _conversation, null) is { } paused)
            {
                paused.Change(() => paused._pauses--);
            }
        }
    }
}
