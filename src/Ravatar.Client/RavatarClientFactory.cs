using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ravatar.Client;

/// <summary>
/// Makes clients for many users by hand; in a host, <c>AddRavatarClientFactory</c> does. Make one and keep it as long as its clients: it owns their connections.
/// </summary>
public sealed class RavatarClientFactory : IRavatarClientFactory, IDisposable
{
    private readonly RavatarClientOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly Func<HttpClient> _httpClients;
    private readonly HttpClient? _owned;
    private readonly ITokenStores _stores;
    private volatile bool _disposed;

    /// <summary>Makes a factory. Nothing is sent before the first call of one of its clients.</summary>
    /// <param name="options">What all clients share. Copied. <see cref="RavatarClientOptions.UserId"/> stays empty: each client has its own.</param>
    /// <param name="httpClient">As for <see cref="RavatarClient(RavatarClientOptions, HttpClient, ILoggerFactory, TimeProvider)"/>: the caller's own, used by all clients.</param>
    /// <param name="loggerFactory">Where to log, under categories that begin with <c>Ravatar.Client</c>. Defaults to nowhere.</param>
    /// <param name="timeProvider">The clock of all time-outs, delays and expiries. Defaults to the system's.</param>
    /// <exception cref="ArgumentException">Something is wrong with the options: every problem is named.</exception>
    public RavatarClientFactory(
        RavatarClientOptions options,
        HttpClient? httpClient = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null
    )
        : this(RavatarClientOptions.CheckedCopy(options, forMany: true), httpClients: null, loggerFactory, timeProvider)
    {
        HttpMessageHandler transport = HandlerChain.TransportFor(httpClient, _options.MaxConnections);
        _owned = HandlerChain.CreateClient(HandlerChain.Build(_options, transport, _loggers, _time));
        _httpClients = () => _owned;
    }

    /// <summary>On a source of clients that carry the SDK's handlers already and belong to someone else.</summary>
    /// <param name="options">Checked, and the factory's own copy.</param>
    /// <param name="httpClients">Gives the client for one call.</param>
    /// <param name="loggerFactory">Where to log.</param>
    /// <param name="timeProvider">The clock.</param>
    internal RavatarClientFactory(
        RavatarClientOptions options,
        Func<HttpClient>? httpClients,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider
    )
    {
        _options = options;
        _loggers = loggerFactory ?? NullLoggerFactory.Instance;
        _time = timeProvider ?? TimeProvider.System;
        _httpClients = httpClients!;
        _stores = options.TokenCache is { } cache
            ? new DistributedTokens(cache, options.BaseAddress, _time, QuietLogger.For(_loggers, Log.AuthenticationCategory))
            : new MemoryTokens(_time);
    }

    /// <inheritdoc/>
    public RavatarClient Create(string userId, Action<RavatarUserOptions>? configure = null)
    {
        Guard.NotNull(userId);
        Guard.NotDisposed(_disposed, this);
        RavatarClientOptions options = _options.For(userId, configure);
        List<string> problems = RavatarClientOptionsValidator.Check(options);
        return problems.Count == 0
            ? new RavatarClient(options, HttpClientInUse, _loggers, _time, _stores)
            : throw new ArgumentException(
                string.Join(" ", problems),
                problems[0].StartsWith("UserId", StringComparison.Ordinal) ? nameof(userId) : nameof(configure)
            );
    }

    /// <summary>
    /// Ends the shared connections, unless they are a caller's own <see cref="HttpClient"/>. The clients are their makers' to dispose, best before this: afterwards
    /// their calls fail with <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        _disposed = true;
        _owned?.Dispose();
    }

    private HttpClient HttpClientInUse()
    {
        Guard.NotDisposed(_disposed, this);
        return _httpClients();
    }
}
