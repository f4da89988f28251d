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
    private readonly TokenFlights _flights;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly object _gate = new();
    private int _clients;
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
        : this(
            RavatarClientOptions.CheckedCopy(options, forMany: true),
            HandlerChain.TransportFor(httpClient, options.MaxConnections),
            loggerFactory,
            timeProvider
        ) { }

    /// <summary>By hand: around a transport that is disposed with the factory, or with the last of its clients.</summary>
    internal RavatarClientFactory(
        RavatarClientOptions options,
        HttpMessageHandler transport,
        ILoggerFactory? loggerFactory,
        TimeProvider? timeProvider
    )
        : this(options, httpClients: null, loggerFactory, timeProvider)
    {
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
        _flights = new TokenFlights(_time);
    }

    /// <summary>Ends with the factory: the calls of its clients end with it.</summary>
    internal CancellationToken Lifetime => _lifetime.Token;

    /// <summary>Whether it is disposed.</summary>
    internal bool IsDisposed => _disposed;

    /// <inheritdoc/>
    public RavatarClient Create(string userId, Action<RavatarUserOptions>? configure = null)
    {
        Guard.NotNull(userId);
        Guard.NotDisposed(_disposed, this);
        RavatarClientOptions options = _options.For(userId, configure);
        List<string> problems = RavatarClientOptionsValidator.Check(options);
        return problems.Count == 0
            ? new RavatarClient(options, _httpClients, _loggers, _time, _stores, _flights, this)
            : throw new ArgumentException(
                string.Join(" ", problems),
                problems[0].StartsWith("UserId", StringComparison.Ordinal) ? nameof(userId) : nameof(configure)
            );
    }

    /// <summary>
    /// Ends the factory: calls of its clients, those under way included, fail with <see cref="ObjectDisposedException"/>. The clients are their makers' to dispose,
    /// best before this. The shared connections, unless they are a caller's own <see cref="HttpClient"/>, end with the last client, which may have a live session to end.
    /// </summary>
    public void Dispose()
    {
        bool unused;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            unused = _clients == 0;
        }
        Detached.Observe(Clock.CancelAsync(_lifetime));
        if (unused)
        {
            _owned?.Dispose();
        }
    }

    /// <summary>A client is made.</summary>
    internal void Enter()
    {
        lock (_gate)
        {
            Guard.NotDisposed(_disposed, this);
            _clients++;
        }
    }

    /// <summary>A client has sent its last.</summary>
    internal void Leave()
    {
        bool last;
        lock (_gate)
        {
            last = --_clients == 0 && _disposed;
        }
        if (last)
        {
            _owned?.Dispose();
        }
    }
}
