namespace Ravatar.Client;

/// <content>Chat channels.</content>
public sealed partial class RavatarClient
{
    private static readonly object s_randomGate = new();
    private static readonly Random s_random = new();

    private readonly object _channelsGate = new();
    private readonly HashSet<ChatChannel> _channels = [];
    private readonly HashSet<Task> _openings = [];

    /// <summary>Makes the sockets; tests put their own here.</summary>
    internal Func<ChatChannelOptions, IChatSocketConnector> Connectors { get; init; } =
        static options => new ClientWebSocketConnector(options.ConfigureWebSocket);

    /// <summary>
    /// Opens a chat channel: signs in and reads the configuration where that has not been done, checks avatar and language against it, and connects.
    /// </summary>
    /// <remarks>
    /// Configuration, socket and the end of history are asked for side by side once there is a token. Nothing is said on the socket before avatar and language
    /// are known to be good; where the configuration cannot be read, or does not list them, the socket is closed again. If several of these fail, the
    /// configuration's failure is thrown, then the choice's (<see cref="ArgumentException"/>), then the socket's; history's alone is no failure. With a
    /// configuration in hand (<see cref="GetConfigurationAsync"/>) a bad choice is refused before anything is sent.
    /// </remarks>
    /// <param name="options">With whom, and in which language. Defaults to the configuration's first avatar and first language.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The channel, connected. Dispose it when the conversation is over; disposing the client does so too.</returns>
    /// <exception cref="ArgumentException">
    /// The configuration does not list that avatar or language; the message says which it does. Or the answers' time-out is out of its range.
    /// </exception>
    /// <exception cref="RavatarAuthenticationException">Sign-in was refused, or the socket refused a fresh token as well.</exception>
    /// <exception cref="RavatarPaymentRequiredException">A subscription or payment issue (402).</exception>
    /// <exception cref="RavatarConnectionException">The socket could not be opened within <see cref="ReconnectOptions.OpenAttempts"/> attempts.</exception>
    /// <exception cref="RavatarApiException">As for <see cref="GetConfigurationAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public async Task<ChatChannel> OpenChatAsync(ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ChatOptions();
        if (options.AnswerTimeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(1)))
        {
            const string Problem =
                "AnswerTimeout: it must be longer than zero and at most one day. Leave it null for the configuration's messageTimeoutSeconds.";
            throw new ArgumentOutOfRangeException(nameof(options), timeout, Problem);
        }
        CheckNotDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        using OpeningPlace place = new(this);
        (ChatOpening opening, ChatIdentity identity, TimeSpan answerTimeout) = ConfigurationInHand is { } inHand
            ? await BeginAsync(options, inHand, cancellationToken).ConfigureAwait(false)
            : await BeginBesideConfigurationAsync(options, cancellationToken).ConfigureAwait(false);
        ChatChannel channel = await HandOverAsync(opening, identity, answerTimeout, cancellationToken).ConfigureAwait(false);
        channel.Starter = (live, token) => StartLiveAsync(channel, live, token);
        await KeepAsync(channel).ConfigureAwait(false);
        EndLeftBehind();
        return channel;
    }

    private async Task<(ChatOpening Opening, ChatIdentity Identity, TimeSpan AnswerTimeout)> BeginAsync(
        ChatOptions options,
        ChatConfiguration configuration,
        CancellationToken cancellationToken
    )
    {
        (ChatIdentity identity, TimeSpan answerTimeout) = Choose(options, configuration);
        await SignInAsync(cancellationToken).ConfigureAwait(false);
        return (Begin(), identity, answerTimeout);
    }

    /// <summary>The first connection and the end of history need no more than a token, and do not wait for the configuration.</summary>
    private async Task<(ChatOpening Opening, ChatIdentity Identity, TimeSpan AnswerTimeout)> BeginBesideConfigurationAsync(
        ChatOptions options,
        CancellationToken cancellationToken
    )
    {
        await SignInAsync(cancellationToken).ConfigureAwait(false);
        Task<ChatConfiguration> reading = GetConfigurationAsync(cancellationToken);
        ChatOpening opening = Begin();
        try
        {
            (ChatIdentity identity, TimeSpan answerTimeout) = Choose(options, await reading.ConfigureAwait(false));
            return (opening, identity, answerTimeout);
        }
        catch
        {
            await opening.GiveUpAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ChatChannel> HandOverAsync(
        ChatOpening opening,
        ChatIdentity identity,
        TimeSpan answerTimeout,
        CancellationToken cancellationToken
    )
    {
        bool isHandedOver = false;
        try
        {
            return await RunAsync(
                    (_, token) =>
                    {
                        isHandedOver = true;
                        return ChatChannel.OpenAsync(opening, identity, answerTimeout, token);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch when (!isHandedOver)
        {
            await opening.GiveUpAsync().ConfigureAwait(false);
            throw;
        }
    }

    // By itself, so that one sign-in serves all, and one that fails is not tried again by those beside.
    private Task<AccessToken> SignInAsync(CancellationToken cancellationToken) =>
        RunAsync((_, token) => _tokens.GetAsync(token).AsTask(), cancellationToken);

    private ChatOpening Begin() => new(CreateEnvironment(), _options.Chat);

    private (ChatIdentity Identity, TimeSpan AnswerTimeout) Choose(ChatOptions options, ChatConfiguration configuration) =>
        (
            ChatSelection.Choose(options, configuration, _options.UserId, _options.Source, () => ConfigurationInHand?.Session),
            options.AnswerTimeout ?? configuration.MessageTimeout
        );

    private ChatEnvironment CreateEnvironment()
    {
        AccessToken? used = null;
        return new ChatEnvironment
        {
            Address = token => ChatAddress.For(_options.BaseAddress, _options.ChatAddress, token),
            GetTokenAsync = async token => (used = await _tokens.GetAsync(token).ConfigureAwait(false)).Value,
            RefreshTokenAsync = async (mustBeNew, token) =>
                used is not { } refused || !(await _tokens.RefreshAsync(refused, !mustBeNew, token).ConfigureAwait(false)).IsShared,
            IsNewest = token => _tokens.Newest is not { } newest || newest.Value == token,
            ReadHistoryAsync = (page, token) => ReadPageAsync(page, MessagesPerPage, token),
            ProbeAsync = token => RunAsync(static (api, token) => api.GetConnectionAsync(token), token),
            Connector = Connectors(_options.Chat),
            Time = _time,
            Logger = QuietLogger.For(_loggers, ChatLog.Category),
            Payloads = QuietLogger.For(_loggers, Log.PayloadCategory),
            NextRandom = NextRandom,
        };
    }

    /// <summary>The client ends with its channels, and a channel that ended is not kept.</summary>
    private async Task KeepAsync(ChatChannel channel)
    {
        lock (_channelsGate)
        {
            if (Volatile.Read(ref _disposed) == 0)
            {
                _channels.Add(channel);
                _ = channel.Completion.ContinueWith(
                    _ => Release(channel),
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
                return;
            }
        }
        await channel.DisposeAsync().ConfigureAwait(false);
        throw new ObjectDisposedException(nameof(RavatarClient));
    }

    private void Release(ChatChannel channel)
    {
        lock (_channelsGate)
        {
            _channels.Remove(channel);
        }
    }

    private async Task DisposeChannelsAsync()
    {
        ChatChannel[] channels;
        lock (_channelsGate)
        {
            channels = [.. _channels];
        }
        await Detached.SettleAsync(channels.Select(c => c.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Openings end with the client's lifetime; what they leave is cleared up before the client is gone.</summary>
    private Task OpeningsOverAsync()
    {
        lock (_channelsGate)
        {
            return Task.WhenAll(_openings);
        }
    }

    private static double NextRandom()
    {
        lock (s_randomGate)
        {
            return s_random.NextDouble();
        }
    }

    /// <summary>Where a disposal finds an opening that is under way.</summary>
    private sealed class OpeningPlace : IDisposable
    {
        private readonly RavatarClient _client;
        private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OpeningPlace(RavatarClient client)
        {
            _client = client;
            lock (client._channelsGate)
            {
                client._openings.Add(_over.Task);
            }
        }

        public void Dispose()
        {
            lock (_client._channelsGate)
            {
                _client._openings.Remove(_over.Task);
            }
            _over.SetResult(true);
        }
    }
}
