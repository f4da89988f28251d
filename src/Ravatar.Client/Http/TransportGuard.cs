using System.Net.Http.Headers;

namespace Ravatar.Client;

/// <summary>
/// Right at the transport, inside whatever handlers an application adds, which may send a request where they like: what the transport was handed is
/// what has to be answered, and what may be sent once only is.
/// </summary>
internal sealed class TransportGuard(HttpMessageHandler transport) : DelegatingHandler(transport)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        OneSending? once = OneSending.Of(request);
        if (once is null)
        {
            return await SendGuardedAsync(request, cancellationToken).ConfigureAwait(false);
        }
        await once.BeginAsync(RequestInfo.Of(request).Endpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            HttpResponseMessage response = await SendGuardedAsync(request, cancellationToken).ConfigureAwait(false);
            once.End(response);
            return response;
        }
        catch (Exception exception)
        {
            once.End(exception);
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendGuardedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Remembered, as a transport that follows redirects changes the request itself.
        (Uri? address, HttpMethod method, AuthenticationHeaderValue? token) = (
            request.RequestUri,
            request.Method,
            request.Headers.Authorization
        );
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested && IsElsewhere(request.RequestUri, address))
        {
            // It was the redirect's target that failed: nothing of the server's choice is to be named as the API, or asked again.
            throw ApiErrors.Redirected(RequestInfo.Of(request).Endpoint, status: null, request.RequestUri, token?.Parameter);
        }
        if (response.RequestMessage is { RequestUri: { } answered } last && address is not null && answered != address)
        {
            // Another address alone may be the work of a caller's own handlers; a redirect goes elsewhere, or drops the token, or turns into a GET.
            if (IsElsewhere(answered, address) || last.Method != method || (token is not null && last.Headers.Authorization is null))
            {
                response.Dispose();
                throw ApiErrors.Redirected(RequestInfo.Of(request).Endpoint, response.StatusCode, answered, token?.Parameter);
            }
        }
        return response;
    }

    // Another origin; relative addresses have none.
    private static bool IsElsewhere(Uri? last, Uri? asked) =>
        last is { IsAbsoluteUri: true } && asked is { IsAbsoluteUri: true } && !SameOrigin(asked, last);

    private static bool SameOrigin(Uri a, Uri b) =>
        string.Equals(a.Scheme, b.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase)
        && a.Port == b.Port;
}
