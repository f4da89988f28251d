namespace Ravatar.Client;

/// <summary>
/// The end of the chain where the caller brought an <see cref="HttpClient"/>: each attempt, which is a message of its own with
/// an absolute address, goes out through it. The client belongs to its owner: nothing of it is changed, and it is never disposed.
/// </summary>
internal sealed class ForwardingHandler(HttpClient client) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
}
