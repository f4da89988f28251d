using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ravatar.Client;

/// <summary>
/// The one facade, for one user: signs in by itself, reads configuration and history, and chats. Make one and keep it; every
/// member may be called from any number of threads. Dispose it when the user is gone.
/// </summary>
/// <remarks>
/// Every call signs in when it has to (<c>POST /jwt</c>), shares that with all others, and repeats itself once where the token is
/// refused (403). Failures are <see cref="RavatarException"/>s; a caller's cancellation is
/// <see cref="OperationCanceledException"/> with the caller's token.
/// </remarks>
public sealed partial class RavatarClient : IAsyncDisposable, IDisposable
{
    private readonly RavatarClientOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Func<HttpClient> _httpClients;
    private readonly HttpClient? _owned;
    private readonly RavatarClientFactory? _factory;
    private readonly ITokenStores? _stores;
    private readonly TokenFlights? _flights;
    private readonly ApiSettings _apiSettings;
    private readonly TokenSource _tokens;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<bool> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ChatConfiguration? _configuration;
    private int _disposed;

    /// <summary>Makes a client. Nothing is sent before its first call.</summary>
    /// <param name="options">Who the user is, and how to behave. Copied.</param>
    /// <param name="httpClient">
    /// The HTTP client to send through, for example with a proxy of its own; the SDK's sign-in, retry and time-outs apply on top. It stays the caller's: it is
    /// neither changed nor disposed. Its handlers should neither follow redirects, nor repeat requests as resilience handlers do (a second
    /// <c>POST /startLiveSession</c> is a second session), nor send them to another host than <see cref="RavatarClientOptions.BaseAddress"/>'s, which cannot be
    /// told from a redirect and is an error. Defaults to a client of the SDK's own.
    /// </param>
    /// <param name="loggerFactory">Where to log, under categories that begin with <c>Ravatar.Client</c>. Defaults to nowhere.</param>
    /// <param name="timeProvider">The clock of all time-outs, delays and expiries. Defaults to the system's.</param>
    /// <exception cref="ArgumentException">Something is wrong with the options: every problem is named.</exception>
    public RavatarClient(
        RavatarClientOptions options,
        HttpClient? httpClient = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null
    )
        : this(
            RavatarClientOptions.CheckedCopy(options),
            HandlerChain.TransportFor(httpClient, options.MaxConnections),
            loggerFactory,
            timeProvider,
            randomizer: null
        ) { }

    /// <summary>By hand: around a transport that is disposed with the client.</summary>
    internal RavatarClient(
        RavatarClientOptions options,
        HttpMessageHandler transport,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider,
        Func<double>? randomizer
    )
        : this(options, httpClients: null, loggerFactory, timeProvider, randomizer: randomizer)
    {
        _owned = HandlerChain.CreateClient(HandlerChain.Build(_options, transport, _loggers, _time, randomizer));
        _httpClients = () => _owned;
    }

    /// <summary>On a source of clients that carry the SDK's handlers already and belong to someone else.</summary>
    /// <param name="options">Checked, and the client's own copy.</param>
    /// <param name="httpClients">Gives the client for one call.</param>
    /// <param name="loggerFactory">Where to log.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="stores">Where tokens lie for others as well. Defaults to what the options say.</param>
    /// <param name="flights">Where sign-ins are shared with others. Defaults to nowhere.</param>
    /// <param name="factory">Who made it, and owns what it shares.</param>
    /// <param name="randomizer">From 0 to 1, for tests; null for the shared generator.</param>
    internal RavatarClient(
        RavatarClientOptions options,
        Func<HttpClient>? httpClients,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider,
        ITokenStores? stores = null,
        TokenFlights? flights = null,
        RavatarClientFactory? factory = null,
        Func<double>? randomizer = null
    )
    {
        _options = options;
        _loggers = loggerFactory ?? NullLoggerFactory.Instance;
        _time = timeProvider ?? TimeProvider.System;
        _httpClients = httpClients!;
        _apiSettings = new ApiSettings(options.BaseAddress, options.MaxResponseBytes, _time);
        _logger = QuietLogger.For(_loggers, Log.HttpCategory);
        ILogger authentication = QuietLogger.For(_loggers, Log.AuthenticationCategory);
        _stores =
            stores ?? (options.TokenCache is { } cache ? new DistributedTokens(cache, options.BaseAddress, _time, authentication) : null);
        _flights = flights;
        _factory = factory;
        _tokens = new TokenSource(
            (cause, token) => CreateApi().IssueTokenAsync(_options.UserId, _options.ProjectId, cause, token),
            _time,
            authentication,
            _stores?.For(options.UserId, options.ProjectId),
            flights,
            (options.UserId, options.ProjectId),
            (randomizer ?? NextRandom)()
        );
        factory?.Enter(); // last: whoever enters leaves
    }

    /// <summary>Reads what there is to choose from: avatars, languages, kinds of chat, time-outs (<c>GET /connection</c>).</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The configuration. The client keeps the latest one for its chat channels: session, time-out, avatars.</returns>
    /// <exception cref="RavatarAuthenticationException">Sign-in was refused, or the request was refused again with a new token.</exception>
    /// <exception cref="RavatarPaymentRequiredException">A subscription or payment issue (402).</exception>
    /// <exception cref="RavatarBusyException">All assistants are busy (503).</exception>
    /// <exception cref="RavatarTimeoutException">No answer in time, or 504, after the retries.</exception>
    /// <exception cref="RavatarApiException">No connection, any other refusal, or an answer that cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public async Task<ChatConfiguration> GetConfigurationAsync(CancellationToken cancellationToken = default)
    {
        ChatConfiguration configuration = await RunAsync(static (api, token) => api.GetConnectionAsync(token), cancellationToken)
            .ConfigureAwait(false);
        if (configuration.SkippedEntries > 0)
        {
            Log.ConfigurationEntriesSkipped(_logger, configuration.SkippedEntries);
        }
        _configuration = configuration;
        return configuration;
    }

    /// <summary>The configuration that was read last, if one was: its <c>session</c> stays the same until a new read replaces it.</summary>
    internal ChatConfiguration? ConfigurationInHand => _configuration;

    /// <summary>Ends the client and whatever it has under way, and waits for that, for a few seconds at most.</summary>
    /// <returns>A task that never fails.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _gone.Task.ConfigureAwait(false);
            return;
        }
        try
        {
            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            _gone.SetResult(true);
        }
    }

    private async Task EndAsync()
    {
        Task liveOver = DisposeLiveAsync();
        await DisposeChannelsAsync().ConfigureAwait(false);
        await Clock.CancelAsync(_lifetime).ConfigureAwait(false);
        await OpeningsOverAsync().FinishesWithin(LiveEnder.Limit, _time).ConfigureAwait(false);
        if (await liveOver.FinishesWithin(LiveEnder.Limit, _time).ConfigureAwait(false))
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
        else
        {
            // A session that is still starting has to be ended; it needs the connection and the token for that.
            _ = Detached.Run(() => ReleaseAfterAsync(liveOver));
        }
    }

    private async Task ReleaseAfterAsync(Task liveOver)
    {
        await liveOver.ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
    }

    private async Task ReleaseAsync()
    {
        await _tokens.DisposeAsync().ConfigureAwait(false);
        _owned?.Dispose();
        _factory?.Leave();
        // The lifetime's source is left undisposed: calls under way still ask it why they ended, and it holds no timer.
    }

    /// <summary>Ends the client without waiting for what it has under way; <see cref="DisposeAsync"/> is better where it can be awaited.</summary>
    public void Dispose() => Detached.Observe(DisposeAsync().AsTask());

    private RavatarApi CreateApi() => new(_httpClients(), _apiSettings, Sign);

    private void Sign(HttpRequestMessage request) => TokenHandler.Sign(request, _tokens);

    /// <summary>Runs one call: not at all on a disposed client or for a caller who has given up, and not beyond the end of either.</summary>
    private async Task<T> RunAsync<T>(Func<RavatarApi, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        CheckNotDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenSource either = _factory is null
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifetime.Token)
            : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifetime.Token, _factory.Lifetime);
        try
        {
            return await call(CreateApi(), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The caller cancelled the call.", exception, cancellationToken);
        }
        catch (Exception exception)
            when (_lifetime.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException)
        {
            throw new ObjectDisposedException("The client was disposed during the call.", exception);
        }
        catch (OperationCanceledException exception) when (_factory is { IsDisposed: true })
        {
            throw new ObjectDisposedException("The client's factory was disposed during the call.", exception);
        }
    }

    /// <exception cref="ObjectDisposedException">The client, or the factory that made it, is disposed.</exception>
    private void CheckNotDisposed()
    {
        Guard.NotDisposed(Volatile.Read(ref _disposed) != 0, this);
        if (_factory is not null)
        {
            Guard.NotDisposed(_factory.IsDisposed, _factory);
        }
    }
}
