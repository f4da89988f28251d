namespace Ravatar.Client;

/// <summary>Right at a transport: what goes wrong is told without the platform's words, before anything on the way logs it.</summary>
internal sealed class CleanFailures(HttpMessageHandler transport) : DelegatingHandler(transport)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri? address = request.RequestUri; // a transport that follows redirects changes the request itself
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (NetworkFailure.Is(exception))
        {
            throw NetworkFailure.Clean(exception, address);
        }
    }
}
