using System.Net;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>The SDK's HTTP handlers, outermost first: sign-in, repetition, the single attempt; then a guard, and the transport.</summary>
internal static class HandlerChain
{
    /// <summary>After that a connection that is free is replaced.</summary>
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>The chain around a transport, for clients made by hand.</summary>
    public static HttpMessageHandler Build(
        RavatarClientOptions options,
        HttpMessageHandler transport,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<double>? randomizer = null
    )
    {
        HttpMessageHandler chain = new TransportGuard(transport);
        foreach (DelegatingHandler handler in Create(options, loggers, time, randomizer).Reverse())
        {
            handler.InnerHandler = chain;
            chain = handler;
        }
        return chain;
    }

    /// <summary>The handlers alone, for <c>IHttpClientFactory</c>, which joins them.</summary>
    public static IEnumerable<DelegatingHandler> Create(
        RavatarClientOptions options,
        ILoggerFactory loggers,
        TimeProvider time,
        Func<double>? randomizer = null
    ) =>
        [
            new TokenHandler(),
            new RetryHandler(options.Retry, time, loggers, randomizer),
            new AttemptHandler(options.RequestTimeout, options.MaxResponseBytes, time, loggers),
        ];

    /// <summary>A client on the chain, for use by hand.</summary>
    public static HttpClient CreateClient(HttpMessageHandler chain) => new(chain) { Timeout = Timeout.InfiniteTimeSpan }; // each attempt has its own

    /// <summary>A caller's own client as the transport, or one of ours.</summary>
    public static HttpMessageHandler TransportFor(HttpClient? callers, int maxConnections) =>
        callers is null ? CreateTransport(maxConnections) : new ForwardingHandler(callers);

    /// <summary>The transport: no redirects, so that no token travels elsewhere, and no cookies, so that nothing but the token tells users apart.</summary>
    public static HttpMessageHandler CreateTransport(int maxConnections)
    {
#if NETSTANDARD2_0
        HttpClientHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = maxConnections,
        };
        if (handler.SupportsAutomaticDecompression)
        {
            handler.AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate;
        }
        return handler;
#else
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            MaxConnectionsPerServer = maxConnections,
            // DNS changes are noticed; a socket is cheap beside an outage.
            PooledConnectionLifetime = ConnectionLifetime,
        };
#endif
    }
}
