using System.Buffers;

namespace Ravatar.Client;

/// <summary>Reads answers whole, up to a limit, whatever their length says: it may be missing, wrong or about the compressed form.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Replaces the response's content by its bytes.</summary>
    /// <exception cref="RavatarApiException">The body is longer than <paramref name="maxBytes"/>.</exception>
    public static async Task<PooledContent> BufferAsync(
        HttpResponseMessage response,
        string endpoint,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        if (response.Content is PooledContent pooled)
        {
            return pooled;
        }
        HttpContent content = response.Content;
        PooledContent body = await ReadAsync(response, content, endpoint, maxBytes, cancellationToken).ConfigureAwait(false);
        foreach (KeyValuePair<string, IEnumerable<string>> header in content.Headers)
        {
            body.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        body.Headers.ContentLength = body.Memory.Length;
        content.Dispose();
        response.Content = body;
        return body;
    }

    private static async Task<PooledContent> ReadAsync(
        HttpResponseMessage response,
        HttpContent content,
        string endpoint,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        if (content.Headers.ContentLength > maxBytes)
        {
            throw TooLong(response, endpoint, maxBytes);
        }
        // One byte more than announced: reading nothing into it is how the end is seen without growing.
        int expected = (int)(content.Headers.ContentLength ?? FirstBuffer - 1);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(expected, maxBytes) + 1);
        int length = 0;
        try
        {
            using Stream stream = await OpenAsync(content, cancellationToken).ConfigureAwait(false);
#if NETSTANDARD2_0
            // Older platforms' streams do not look at the token while they wait.
            using CancellationTokenRegistration abort = cancellationToken.Register(static s => ((Stream)s!).Dispose(), stream);
#endif
            while (true)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
#if NETSTANDARD2_0
                int read = await stream.ReadAsync(buffer, length, buffer.Length - length, cancellationToken).ConfigureAwait(false);
#else
                int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
#endif
                if (read == 0)
                {
                    return new PooledContent(buffer, length);
                }
                length += read;
                if (length > maxBytes)
                {
                    throw TooLong(response, endpoint, maxBytes);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static Task<Stream> OpenAsync(HttpContent content, CancellationToken cancellationToken)
    {
#if NETSTANDARD2_0
        cancellationToken.ThrowIfCancellationRequested();
        return content.ReadAsStreamAsync();
#else
        return content.ReadAsStreamAsync(cancellationToken);
#endif
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static RavatarApiException TooLong(HttpResponseMessage response, string endpoint, int maxBytes) =>
        new($"{endpoint}: the answer is longer than {maxBytes} bytes, and was not read.")
        {
            Endpoint = endpoint,
            StatusCode = response.StatusCode,
            Recommendation = "Raise the option MaxResponseBytes if such answers are expected.",
        };
}
