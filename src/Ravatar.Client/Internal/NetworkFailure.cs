using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace Ravatar.Client;

/// <summary>
/// The network's failures in words of our own: the platform's quote what the server sent and the address it was asked by, and the token may stand in
/// both. Only what the operating system and TLS say is passed on: they have read neither.
/// </summary>
internal static class NetworkFailure
{
    /// <summary>Whether an exception is one of those whose words are not to be shown.</summary>
    public static bool Is(Exception failure) =>
        failure is HttpRequestException or WebSocketException or IOException or SocketException or AuthenticationException;

    /// <summary>The same failure, fit to be shown, logged and attached.</summary>
    /// <param name="failure">Whatever ended a request.</param>
    /// <param name="address">What was asked; its host and port are named.</param>
    public static HttpRequestException Clean(Exception failure, Uri? address)
    {
        string message = Describe(failure) + (address is null ? "" : $" ({address.Host}:{address.Port})");
#if NET8_0_OR_GREATER
        return new HttpRequestException(ErrorOf(failure), message, CauseOf(failure), (failure as HttpRequestException)?.StatusCode);
#else
        return new HttpRequestException(message, CauseOf(failure));
#endif
    }

    /// <summary>What happened, as the end of a sentence without its full stop.</summary>
    public static string Describe(Exception failure)
    {
        string what = WhatHappened(failure);
        return CauseOf(failure) is { } cause ? $"{what}: {cause.Message.TrimEnd('.')}" : what;
    }

    /// <summary>The operating system's or TLS's own exception, where one is the cause.</summary>
    public static Exception? CauseOf(Exception failure)
    {
        Exception? cause = null;
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            // The innermost socket's error is behind the others; what is below TLS's own has no words for people.
            cause = e is SocketException || (e is AuthenticationException && cause is null) ? e : cause;
        }
        return cause;
    }

#if NET8_0_OR_GREATER
    private static HttpRequestError ErrorOf(Exception failure)
    {
        HttpRequestError error = HttpRequestError.Unknown;
        for (Exception? e = failure; e is not null && error == HttpRequestError.Unknown; e = e.InnerException)
        {
            error = e switch
            {
                HttpRequestException http => http.HttpRequestError,
                HttpIOException io => io.HttpRequestError,
                _ => error,
            };
        }
        return error;
    }
#endif

    private static string WhatHappened(Exception failure)
    {
#if NET8_0_OR_GREATER
        if (ErrorOf(failure) is not HttpRequestError.Unknown and var error)
        {
            return error switch
            {
                HttpRequestError.NameResolutionError => "the server's name could not be resolved",
                HttpRequestError.ConnectionError => "no connection could be made",
                HttpRequestError.SecureConnectionError => "no secure connection could be made",
                HttpRequestError.ProxyTunnelError => "the proxy opened no tunnel",
                HttpRequestError.InvalidResponse => "what came is no valid HTTP",
                HttpRequestError.ResponseEnded => "the connection ended too early",
                HttpRequestError.ConfigurationLimitExceeded => "the answer's headers are too long",
                _ => $"the connection failed ({error})",
            };
        }
#endif
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is WebSocketException socket)
            {
                return $"the connection failed ({socket.WebSocketErrorCode})";
            }
            if (e is WebException web)
            {
                return $"the connection failed ({web.Status})";
            }
        }
        return $"the connection failed ({failure.GetBaseException().GetType().Name})";
    }
}
