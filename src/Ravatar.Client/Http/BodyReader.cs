namespace Ravatar.Client;

/// <summary>Reads answers whole, up to a limit, whatever their length says: it may be missing, wrong or about the compressed form.</summary>
internal static class BodyReader
{
    // What is announced need not come: beyond this, memory follows what has come.
    private const int FirstBuffer = 64 * 1024;
    private const int FirstBufferUnannounced = 16 * 1024;

    /// <summary>Replaces the response's content by its bytes.</summary>
    /// <exception cref="RavatarApiException">The body is longer than <paramref name="maxBytes"/>.</exception>
    public static async Task<PooledContent> BufferAsync(
        HttpResponseMessage response,
        RequestInfo info,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        if (response.Content is PooledContent pooled)
        {
            return pooled;
        }
        HttpContent content = response.Content;
        PooledContent body = await ReadAsync(response, content, info, maxBytes, cancellationToken).ConfigureAwait(false);
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
        RequestInfo info,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        int? announced = content.Headers.ContentLength is { } length ? (int)Math.Min(length, int.MaxValue) : null;
        if (announced > maxBytes)
        {
            throw TooLong(response, info.Endpoint, maxBytes);
        }
        PooledContent body = new(Math.Min(announced ?? FirstBufferUnannounced, Math.Min(FirstBuffer, maxBytes)))
        {
            StatusOnTheWire = response.StatusCode,
            IsSecret = info.AnswerIsSecret,
        };
        try
        {
            using Stream stream = await OpenAsync(content, cancellationToken).ConfigureAwait(false);
#if NETSTANDARD2_0
            // Older platforms' streams do not look at the token while they wait.
            using CancellationTokenRegistration abort = cancellationToken.Register(static s => ((Stream)s!).Dispose(), stream);
#endif
            bool whole = await FillAsync(body, stream, announced ?? maxBytes, maxBytes, cancellationToken).ConfigureAwait(false);
            return whole ? body : throw TooLong(response, info.Endpoint, maxBytes);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads to the end; false where that is beyond the limit.</summary>
    private static async Task<bool> FillAsync(
        PooledContent body,
        Stream stream,
        int expected,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        byte[]? one = null;
        while (true)
        {
            // The end is often just where the buffer ends, and is seen without growing.
            bool full = body.Free.Count == 0;
            ArraySegment<byte> free = full ? new(one ??= new byte[1]) : body.Free;
#if NETSTANDARD2_0
            int read = await stream.ReadAsync(free.Array!, free.Offset, free.Count, cancellationToken).ConfigureAwait(false);
#else
            int read = await stream.ReadAsync(free, cancellationToken).ConfigureAwait(false);
#endif
            if (read == 0)
            {
                return true;
            }
            if (body.Memory.Length + read > maxBytes)
            {
                return false;
            }
            if (full)
            {
                body.Grow(expected);
                body.Free.Array![body.Free.Offset] = one![0];
            }
            body.Advance(read);
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

    private static RavatarApiException TooLong(HttpResponseMessage response, string endpoint, int maxBytes) =>
        new($"{endpoint}: the answer is longer than {maxBytes} bytes, and was not read.")
        {
            Endpoint = endpoint,
            StatusCode = response.StatusCode,
            Recommendation = "Raise the option MaxResponseBytes if such answers are expected.",
        };
}
