namespace Ravatar.Client;

/// <summary>A request may be sent once only, and changes on its way: what is sent is a copy of it.</summary>
internal static class RequestClone
{
    /// <summary>Copies a request with its headers, options and body.</summary>
    public static async Task<HttpRequestMessage> CreateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpRequestMessage clone = new(request.Method, request.RequestUri) { Version = request.Version };
#if !NETSTANDARD2_0
        clone.VersionPolicy = request.VersionPolicy;
#endif
        RequestItems.Copy(request, clone);
        foreach (KeyValuePair<string, IEnumerable<string>> header in request.Headers)
        {
            clone.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        if (request.Content is { } content)
        {
#if NETSTANDARD2_0
            cancellationToken.ThrowIfCancellationRequested();
            clone.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync().ConfigureAwait(false));
#else
            clone.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
#endif
            foreach (KeyValuePair<string, IEnumerable<string>> header in content.Headers)
            {
                clone.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
        return clone;
    }
}
