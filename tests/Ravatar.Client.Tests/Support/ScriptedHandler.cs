using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>A request as a server would have seen it.</summary>
internal sealed record SeenRequest(HttpMethod Method, Uri Uri, string? Authorization, string? Body, string? ContentType, string Headers)
{
    public string Endpoint => $"{Method} {Uri.AbsolutePath}";

    public string? Token => Authorization?.Replace("Bearer ", "", StringComparison.Ordinal);
}

/// <summary>
/// A transport that answers from a script. It issues tokens itself (token-1, token-2, …) unless told otherwise, refuses
/// those that were revoked with 403, and keeps what it saw and handed out.
/// </summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private readonly ConcurrentQueue<TrackedResponse> _answered = new();
    private readonly ConcurrentDictionary<string, bool> _valid = new(StringComparer.Ordinal);
    private int _issued;

    /// <summary>Answers everything but sign-in and refused tokens. Defaults to 404.</summary>
    public Func<SeenRequest, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } =
        (_, _) => Task.FromResult(Json("{}", HttpStatusCode.NotFound));

    /// <summary>Answers <c>POST /jwt</c>. Defaults to another valid token each time.</summary>
    public Func<SeenRequest, CancellationToken, Task<HttpResponseMessage>>? Jwt { get; set; }

    /// <summary>Makes the text of the n-th token.</summary>
    public Func<int, string> MakeToken { get; set; } = n => $"token-{n}";

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public IReadOnlyList<TrackedResponse> Answered => [.. _answered];

    public bool Disposed { get; private set; }

    public int Count(string endpoint) => _seen.Count(r => r.Endpoint == endpoint);

    public void RevokeAll() => _valid.Clear();

    public string Issue()
    {
        string token = MakeToken(Interlocked.Increment(ref _issued));
        _valid[token] = true;
        return token;
    }

    public void AnswerWith(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        Answer = (_, _) => Task.FromResult(Json(json, status));

    /// <summary>Answers the calls one after another; the last one again and again.</summary>
    public void AnswerInTurn(params Func<HttpResponseMessage>[] answers)
    {
        int next = -1;
        Answer = (_, _) => Task.FromResult(answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)]());
    }

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        Text(json, "application/json", status);

    public static HttpResponseMessage Text(string text, string mediaType, HttpStatusCode status = HttpStatusCode.OK) =>
        new TrackedResponse(status) { Content = new StringContent(text, Encoding.UTF8, mediaType) };

    public static HttpResponseMessage TokenAnswer(string token) => Json($$"""{"result":"success","jwt":"{{token}}"}""");

    /// <summary>Never answers; ends with the request's cancellation.</summary>
    public static async Task<HttpResponseMessage> Silence(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new InvalidOperationException("Unreachable.");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SeenRequest seen = new(
            request.Method,
            request.RequestUri!,
            request.Headers.Authorization?.ToString(),
            request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Content?.Headers.ContentType?.ToString(),
            request.Headers.ToString()
        );
        _seen.Enqueue(seen);
        HttpResponseMessage response = await AnswerAsync(seen, cancellationToken);
        response.RequestMessage ??= request;
        if (response is TrackedResponse tracked)
        {
            _answered.Enqueue(tracked);
        }
        return response;
    }

    private Task<HttpResponseMessage> AnswerAsync(SeenRequest seen, CancellationToken cancellationToken)
    {
        if (seen.Uri.AbsolutePath.EndsWith("/jwt", StringComparison.Ordinal))
        {
            return Jwt is { } jwt ? jwt(seen, cancellationToken) : Task.FromResult(TokenAnswer(Issue()));
        }
        return seen.Token is { } token && _valid.ContainsKey(token)
            ? Answer(seen, cancellationToken)
            : Task.FromResult(Json("""{"error":"forbidden"}""", HttpStatusCode.Forbidden));
    }

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>A response that knows whether it was disposed.</summary>
internal sealed class TrackedResponse(HttpStatusCode status) : HttpResponseMessage(status)
{
    public bool IsDisposed { get; private set; }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
