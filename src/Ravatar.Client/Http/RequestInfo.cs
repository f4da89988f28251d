namespace Ravatar.Client;

/// <summary>What the handlers need to know about a request, fixed for each endpoint.</summary>
/// <param name="Endpoint">For people: method and path, as <c>GET /connection</c>. Never the query.</param>
internal sealed record RequestInfo(string Endpoint)
{
    private const string Key = "Ravatar.Client.Request";

    /// <summary>The method, as <c>GET</c>.</summary>
    public string Method { get; } = Endpoint.Split(' ')[0];

    /// <summary>The path below the base address, as <c>/connection</c>.</summary>
    public string Template { get; } = Endpoint.Substring(Endpoint.IndexOf(' ') + 1);

    /// <summary>Whether repeating it starts or ends nothing on the server.</summary>
    public bool Repeatable { get; init; }

    /// <summary>Whether nobody is to repeat it: neither the SDK, which repeats only what is <see cref="Repeatable"/>, nor an application's own handlers.</summary>
    public bool OnceOnly { get; init; }

    /// <summary>Whether 500 says "try again" here.</summary>
    public bool RepeatAfterServerError { get; init; }

    /// <summary>How long an attempt may take where the option's time-out is not for it.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the answer holds a token: it is then shown nowhere.</summary>
    public bool AnswerIsSecret { get; init; }

    public void AttachTo(HttpRequestMessage request) => RequestItems.Set(request, Key, this);

    public static RequestInfo Of(HttpRequestMessage request) =>
        RequestItems.Get<RequestInfo>(request, Key) ?? new RequestInfo($"{request.Method} {request.RequestUri?.AbsolutePath}");
}
