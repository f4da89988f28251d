using System.Net;
using System.Net.Http.Headers;

namespace Ravatar.Client;

/// <summary>
/// Signs requests that carry a <see cref="TokenSource"/>, and repeats one that is refused with 403 exactly once with a new
/// token ("Token Refresh" in RAVATAR's guide); a token that others left in a shared place is tried in between. It holds no token itself: one handler serves any number of users.
/// </summary>
internal sealed class TokenHandler : DelegatingHandler
{
    private const string Key = "Ravatar.Client.Tokens";

    /// <summary>Says with whose token a request is to be signed. A request without goes through as it is.</summary>
    public static void Sign(HttpRequestMessage request, TokenSource tokens) => RequestItems.Set(request, Key, tokens);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (RequestItems.Get<TokenSource>(request, Key) is not { } tokens)
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        AccessToken token = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
        HttpResponseMessage response = await SendAsync(request, token, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not HttpStatusCode.Forbidden)
        {
            return response;
        }
        response.Dispose();
        token = await tokens.RefreshAsync(token, cancellationToken).ConfigureAwait(false);
        response = await SendAsync(request, token, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not HttpStatusCode.Forbidden || !token.IsShared)
        {
            return response;
        }
        // What others left for us may be no better; only the refusal of a token that was issued to us is final.
        response.Dispose();
        token = await tokens.RefreshAsync(token, mayShare: false, cancellationToken).ConfigureAwait(false);
        return await SendAsync(request, token, cancellationToken).ConfigureAwait(false);
    }

    // May be sent again as it is: the repetition further in sends copies, so that nothing has become of this one.
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, AccessToken token, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return base.SendAsync(request, cancellationToken);
    }
}
