namespace Ravatar.Client;

/// <summary>
/// The end of the chain where the caller brought an <see cref="HttpClient"/>: each attempt goes out through it as a copy with
/// an absolute address. The client belongs to its owner: nothing of it is changed, and it is never disposed.
/// </summary>
internal sealed class ForwardingHandler(HttpClient client) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpRequestMessage copy = await RequestClone.CreateAsync(request, cancellationToken).ConfigureAwait(false);
        return await client.SendAsync(copy, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }
}
