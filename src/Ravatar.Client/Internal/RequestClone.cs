using System.Net.Http.Headers;

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
        CopyHeaders(request.Headers, clone.Headers);
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

    private static void CopyHeaders(HttpRequestHeaders from, HttpRequestHeaders to)
    {
        // As a value, which cannot change: its text is long, and read again and again.
        to.Authorization = from.Authorization;
#if NETSTANDARD2_0
        foreach (KeyValuePair<string, IEnumerable<string>> header in from)
        {
            if (to.Authorization is null || header.Key is not "Authorization")
            {
                to.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
#else
        foreach (KeyValuePair<string, HeaderStringValues> header in from.NonValidated)
        {
            if (to.Authorization is null || header.Key is not "Authorization")
            {
                to.TryAddWithoutValidation(header.Key, header.Value);
            }
        }
#endif
    }
}
