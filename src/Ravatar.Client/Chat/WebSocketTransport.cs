#if !NETSTANDARD2_0
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Ravatar.Client;

/// <summary>
/// What carries a socket's upgrade: a handler that follows no redirect, because the platform's own does, with the token in the address. Whatever
/// an application set on the socket's options is moved to the handler.
/// </summary>
internal static class WebSocketTransport
{
    // Upgraded connections leave the pool, so that one handler serves all channels.
    private static readonly HttpMessageInvoker s_shared = new(new CleanFailures(Create()));

    public static HttpMessageInvoker For(ClientWebSocketOptions options)
    {
        // The platform's default proxy is the handler's as well; it reads as set, and null as "no proxy at all".
        bool plainProxy = options.Proxy?.GetType().Assembly == typeof(ClientWebSocketOptions).Assembly;
        bool plain =
            plainProxy
            && options is { UseDefaultCredentials: false, Credentials: null, Cookies: null, RemoteCertificateValidationCallback: null }
            && options.ClientCertificates.Count == 0;
        return plain ? s_shared : Move(options, plainProxy);
    }

    private static HttpMessageInvoker Move(ClientWebSocketOptions options, bool plainProxy)
    {
        SocketsHttpHandler handler = Create();
        if (!plainProxy)
        {
            (handler.Proxy, handler.UseProxy) = (options.Proxy, options.Proxy is not null);
        }
        handler.Credentials = options.UseDefaultCredentials ? System.Net.CredentialCache.DefaultCredentials : options.Credentials;
        if (options.Cookies is { } cookies)
        {
            (handler.CookieContainer, handler.UseCookies) = (cookies, true);
        }
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = options.ClientCertificates.Count == 0 ? null : options.ClientCertificates,
            RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
        };
        options.UseDefaultCredentials = false;
        (options.Proxy, options.Credentials, options.Cookies) = (null, null, null);
        (options.ClientCertificates, options.RemoteCertificateValidationCallback) = (new X509CertificateCollection(), null);
        return new HttpMessageInvoker(new CleanFailures(handler));
    }

    private static SocketsHttpHandler Create() => new() { AllowAutoRedirect = false, UseCookies = false };
}
#endif
