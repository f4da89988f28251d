namespace Ravatar.Client;

/// <summary>
/// A conversation with one avatar in one language. It outlives its connections: messages wait while there is none, are sent once, and answers that
/// were missed are fetched. All members may be used from any thread, at any time.
/// </summary>
/// <remarks>Made by <see cref="RavatarClient"/>. Dispose it when the conversation is over.</remarks>
public sealed partial class ChatChannel : IAsyncDisposable
{
    private readonly ChatEncoder _encoder;
    private readonly TimeSpan _answerTimeout;
    private readonly ChatChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly Conversation _conversation;
    private readonly Outbox _outbox;
    private readonly Broadcast<ChatEvent> _events;
    private readonly ChannelStates _states;
    private readonly ChannelCounters _counters = new();
    private readonly ChannelLoop _loop;
    private readonly object _gate = new();
    private Task? _disposal;

    private ChatChannel(ChatOpening opening, ChatIdentity identity, TimeSpan answerTimeout)
    {
        ChatChannelOptions options = opening.Options;
        (AvatarId, Language, _answerTimeout) = (identity.AvatarId, identity.Language, answerTimeout);
        (_options, _time, _states) = (options, opening.Environment.Time, opening.States);
        _encoder = new ChatEncoder(identity);
        Room room = new(options.OutboxMessages, options.OutboxBytes);
        _events = new Broadcast<ChatEvent>(
            options.ReaderEvents,
            options.ReaderBytes,
            static e => e.Weight,
            static missed => new EventsMissed(missed),
            keepForFirst: true
        );
        ConversationSettings settings = new(
            identity.UserId,
            identity.AvatarId,
            !opening.Environment.Connector.DetectsSilentDeath,
            options.ReaderEvents,
            options.ReaderBytes
        );
        _conversation = new Conversation(settings, _events, room, _counters, Live, _time);
        _outbox = new Outbox(_conversation, room, _counters);
        _loop = new ChannelLoop(opening, _conversation, _outbox, _events, _counters) { Inspect = Live.Inspect };
        Completion = Detached.Run(_loop.RunAsync);
    }

    /// <summary>The avatar: the configuration's <c>_id</c>.</summary>
    public string AvatarId { get; }

    /// <summary>The language: the configuration's <c>language_code</c>.</summary>
    public string Language { get; }

    /// <summary>What the channel does now.</summary>
    public ChatState State => _states.Present.State;

    /// <summary>The session that messages belong to, if one runs.</summary>
    internal LiveMode Live { get; } = new();

    /// <summary>Completes when the channel has ended, and tells how. Never fails.</summary>
    public Task<ChatEnd> Completion { get; }

    /// <summary>What the channel did behind the scenes so far.</summary>
    /// <returns>The counts at this moment.</returns>
    public ChatStatistics GetStatistics() => _counters.Read(_events.Missed);

    /// <summary>Sends a typed message. Its answer comes to the readers (<see cref="ReadAllAsync"/>).</summary>
    /// <param name="text">What the user says.</param>
    /// <param name="cancellationToken">Takes the message back as long as it waits; once written it cannot be taken back, but is not sent again.</param>
    /// <returns>A task that completes when the message has been written to the socket; while there is no connection, or no room, it waits.</returns>
    /// <exception cref="ArgumentException">The text is empty or blank.</exception>
    /// <exception cref="RavatarLiveException">The live session that the message belongs to ended before it was written. The channel goes on.</exception>
    /// <exception cref="RavatarException">The channel ended before the message was written; the exception says how.</exception>
    /// <exception cref="ObjectDisposedException">The channel was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task SendTextAsync(string text, CancellationToken cancellationToken = default)
    {
        Guard.NotBlank(text);
        return SendAsync(text, license => _encoder.Text(text, license), cancellationToken);
    }

    /// <summary>Sends a spoken message. Its answer comes to the readers (<see cref="ReadAllAsync"/>).</summary>
    /// <inheritdoc cref="SendTextAsync"/>
    /// <param name="voice">The recording.</param>
    /// <param name="cancellationToken">Takes the message back as long as it waits.</param>
    public Task SendVoiceAsync(VoiceClip voice, CancellationToken cancellationToken = default)
    {
        Guard.NotNull(voice);
        return SendAsync(null, license => _encoder.Voice(voice, license), cancellationToken);
    }

    /// <summary>Asks a typed question and waits for its answer, which readers get as well. Any number may be asked at a time.</summary>
    /// <param name="question">What the user says.</param>
    /// <param name="cancellationToken">Ends the waiting. What waits to be written is taken back; what is written is not sent again.</param>
    /// <returns>The answer: the oldest message that repeats the question (or repeats none), as the service has no correlation id.</returns>
    /// <exception cref="ArgumentException">The question is empty or blank.</exception>
    /// <exception cref="RavatarTimeoutException">No answer came in time. The time runs from the write, and only while connected.</exception>
    /// <exception cref="RavatarLiveException">The live session that the question belongs to ended before it was written. The channel goes on.</exception>
    /// <exception cref="RavatarException">The channel ended first; the exception says how.</exception>
    /// <exception cref="ObjectDisposedException">The channel was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<ChatAnswer> AskAsync(string question, CancellationToken cancellationToken = default) =>
        AskAsync(question, _answerTimeout, cancellationToken);

    /// <inheritdoc cref="AskAsync(string, CancellationToken)"/>
    /// <param name="question">What the user says.</param>
    /// <param name="timeout">How long to wait for the answer, instead of <see cref="ChatOptions.AnswerTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<ChatAnswer> AskAsync(string question, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Guard.NotBlank(question);
        return AskAsync(question, license => _encoder.Text(question, license), Guard.UpToOneDay(timeout), cancellationToken);
    }

    /// <summary>Asks a spoken question and waits for its answer, which readers get as well.</summary>
    /// <inheritdoc cref="AskAsync(string, CancellationToken)"/>
    /// <param name="question">The recording.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<ChatAnswer> AskAsync(VoiceClip question, CancellationToken cancellationToken = default) =>
        AskAsync(question, _answerTimeout, cancellationToken);

    /// <inheritdoc cref="AskAsync(VoiceClip, CancellationToken)"/>
    /// <param name="question">The recording.</param>
    /// <param name="timeout">How long to wait for the answer, instead of <see cref="ChatOptions.AnswerTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<ChatAnswer> AskAsync(VoiceClip question, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Guard.NotNull(question);
        return AskAsync(null, license => _encoder.Voice(question, license), Guard.UpToOneDay(timeout), cancellationToken);
    }

    /// <summary>
    /// Reads everything that arrives, subscribed from this call on; the first reader also gets what came since the channel opened. Any number may read,
    /// each at its own pace: one that falls behind by more than its limits finds an <see cref="EventsMissed"/>. Ends when the channel does; ending it
    /// closes nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The events, to be enumerated once.</returns>
    public IAsyncEnumerable<ChatEvent> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _events.Subscribe(cancellationToken: cancellationToken);

    /// <summary>Tells every step of the channel's life, beginning with the present one; a watcher that is 256 steps behind loses the oldest.</summary>
    /// <param name="cancellationToken">Ends the watching with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The steps, to be enumerated once.</returns>
    public IAsyncEnumerable<ChatStateChange> WatchStateAsync(CancellationToken cancellationToken = default) =>
        _states.Watch(cancellationToken);

    /// <summary>
    /// Ends the channel: waits up to <see cref="ChatChannelOptions.FlushTimeout"/> for what is not written yet, says goodbye to the server for up to
    /// 2 s, then hangs up. May be called any number of times, from anywhere.
    /// </summary>
    /// <returns>A task that completes when all is over.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= Task.Run(EndAsync);
            return new ValueTask(_disposal);
        }
    }

    /// <summary>Sends a frame of live audio, never late: completes with whether it was written, or had to give way to newer ones.</summary>
    internal ValueTask<bool> SendPcmAsync(ReadOnlyMemory<byte> samples, string licenseId)
    {
        Guard.NotDisposed(_disposal is not null, this);
        return _outbox.SendAudioAsync(_encoder.PcmFor(licenseId), samples);
    }

    /// <summary>Makes a channel of what is under way already, owns it from the call on, and waits for the first connection.</summary>
    internal static async Task<ChatChannel> OpenAsync(
        ChatOpening opening,
        ChatIdentity identity,
        TimeSpan answerTimeout,
        CancellationToken cancellationToken
    )
    {
        ChatChannel channel = new(opening, identity, answerTimeout);
        try
        {
            ChatEnd? failed = await channel._loop.Opened.WithCancellation(cancellationToken).ConfigureAwait(false);
            if (failed is not null)
            {
                throw failed.Exception as RavatarException
                    ?? failed.Exception as ObjectDisposedException as Exception
                    ?? new RavatarConnectionException(failed.Message, failed.Exception);
            }
            return channel;
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task EndAsync()
    {
        if (State is ChatState.Connected or ChatState.Recovering or ChatState.Reconnecting)
        {
            Task flushed = Task.WhenAny(FlushAsync(), Completion);
            await flushed.FinishesWithin(_options.FlushTimeout, _time).ConfigureAwait(false);
        }
        _loop.Stop();
        await Completion.ConfigureAwait(false);
    }

    /// <summary>Completes when everything is written, and nothing of it went down with a connection.</summary>
    private async Task FlushAsync()
    {
        await foreach (ChatStateChange step in _states.Watch(CancellationToken.None).ConfigureAwait(false))
        {
            await _outbox.FlushAsync().ConfigureAwait(false);
            bool connected = step.State == ChatState.Connected && State == ChatState.Connected;
            if (connected ? _conversation.CountUncertain() == 0 : !_conversation.HasUnproven())
            {
                return;
            }
        }
    }

    private async Task SendAsync(string? text, Func<string?, byte[]> encode, CancellationToken cancellationToken)
    {
        OutgoingMessage message = Post(text, encode, null, cancellationToken);
        await WaitAsync(message.Written.Task, message, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChatAnswer> AskAsync(
        string? text,
        Func<string?, byte[]> encode,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        TurnWatch watch = new(text is null, _time);
        try
        {
            OutgoingMessage message = Post(text, encode, timeout, cancellationToken);
            ChatAnswer answer = await WaitAsync(message.Answer!.Task, message, cancellationToken).ConfigureAwait(false);
            watch.End(answer);
            return answer;
        }
        catch (Exception e)
        {
            watch.Fail(e);
            throw;
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> outcome, OutgoingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await outcome.WithCancellation(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _outbox.Remove(message);
            _conversation.Abandon(message);
            throw;
        }
    }

    /// <summary>Brings a message on its way; a timeout means that its answer is wanted.</summary>
    private OutgoingMessage Post(string? text, Func<string?, byte[]> encode, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(_disposal is not null, this);
        string? license = Live.LicenseId;
        OutgoingMessage message = new(encode(license), text, timeout is not null, timeout ?? _answerTimeout) { LicenseId = license };
        ValueTask posting = _outbox.PostAsync(message);
        if (!posting.IsCompletedSuccessfully)
        {
            // The write goes on without the caller, whose token must not reach the socket.
            Detached.Observe(posting.AsTask());
        }
        return message;
    }
}
