using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>Turns an HTTP request into its entry in the journal.</summary>
internal static class RequestReader
{
    private const int MaxBodyBytes = 1024 * 1024;
    private const string Hidden = "***";

    public static async Task<ReceivedRequest> ReadAsync(HttpContext context, FakeJournal journal, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(context.Request, cancellationToken).ConfigureAwait(false);
        var token = Token(context.Request);
        return journal.Add(
            (number, at) =>
                new ReceivedRequest(number, at, context.Request.Method, context.Request.Path.Value ?? "/")
                {
                    Query = context.Request.Query.ToDictionary(
                        pair => pair.Key,
                        pair => pair.Key == "token" ? Hidden : pair.Value.ToString(),
                        StringComparer.Ordinal
                    ),
                    Headers = context.Request.Headers.ToDictionary(
                        pair => pair.Key,
                        pair => pair.Key is "Authorization" ? Hidden : pair.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    Body = body,
                    Connection = context.Connection.Id,
                    Token = token,
                    HasToken = token is not null,
                }
        );
    }

    private static string? Token(HttpRequest request)
    {
        const string scheme = "Bearer ";
        if (request.Headers.Authorization.ToString() is { Length: > 0 } header)
        {
            return header.StartsWith(scheme, StringComparison.Ordinal) ? header[scheme.Length..] : null;
        }

        var inQuery = request.Path == "/ws/chat" || request.Path.StartsWithSegments("/stream", StringComparison.Ordinal);
        return inQuery && request.Query["token"].ToString() is { Length: > 0 } token ? token : null;
    }

    private static async Task<string> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return "";
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? 4096, MaxBodyBytes));
        try
        {
            var text = new MemoryStream();
            int read;
            while (text.Length < MaxBodyBytes && (read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                text.Write(buffer, 0, (int)Math.Min(read, MaxBodyBytes - text.Length));
            }

            return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
