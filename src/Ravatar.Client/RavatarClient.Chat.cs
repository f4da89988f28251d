namespace Ravatar.Client;

/// <content>Chat channels.</content>
public sealed partial class RavatarClient
{
    private static readonly object s_randomGate = new();
    private static readonly Random s_random = new();

    private readonly object _channelsGate = new();
    private readonly HashSet<ChatChannel> _channels = [];

    /// <summary>Makes the sockets; tests put their own here.</summary>
    internal Func<ChatChannelOptions, IChatSocketConnector> Connectors { get; init; } =
        static options => new ClientWebSocketConnector(options.ConfigureWebSocket);

    /// <summary>
    /// Opens a chat channel: signs in and reads the configuration where that has not been done, checks avatar and language against it, and connects.
    /// </summary>
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
        ChatConfiguration configuration = await GetConfigurationInHandAsync(cancellationToken).ConfigureAwait(false);
        ChatIdentity identity = ChatSelection.Choose(
            options,
            configuration,
            _options.UserId,
            _options.Source,
            () => _configuration?.Session
        );
        ChatChannel channel = await ChatChannel
            .OpenAsync(
                identity,
                options.AnswerTimeout ?? configuration.MessageTimeout,
                _options.Chat,
                CreateEnvironment(),
                cancellationToken
            )
            .ConfigureAwait(false);
        channel.Starter = (live, token) => StartLiveAsync(channel, live, token);
        await KeepAsync(channel).ConfigureAwait(false);
        EndLeftBehind();
        return channel;
    }

    private ChatEnvironment CreateEnvironment()
    {
        AccessToken? used = null;
        return new ChatEnvironment
        {
            Address = token => ChatAddress.For(_options.BaseAddress, _options.ChatAddress, token),
            GetTokenAsync = async token => (used = await _tokens.GetAsync(token).ConfigureAwait(false)).Value,
            RefreshTokenAsync = async (mustBeNew, token) =>
                used is not { } refused || !(await _tokens.RefreshAsync(refused, !mustBeNew, token).ConfigureAwait(false)).IsShared,
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

    private static double NextRandom()
    {
        lock (s_randomGate)
        {
            return s_random.NextDouble();
        }
    }
}
