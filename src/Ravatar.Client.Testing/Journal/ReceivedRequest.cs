namespace Ravatar.Client.Testing;

/// <summary>One HTTP request as it arrived, upgrades to a socket included. Holds no token.</summary>
public sealed class ReceivedRequest
{
    internal ReceivedRequest(long number, DateTimeOffset at, string method, string path)
    {
        Number = number;
        At = at;
        Method = method;
        Path = path;
    }

    /// <summary>The place in the order of arrival on this server, from 1.</summary>
    public long Number { get; }

    /// <summary>When it arrived, by the server's time provider.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The method, for example <c>GET</c>.</summary>
    public string Method { get; }

    /// <summary>The path, for example <c>/connection</c>.</summary>
    public string Path { get; }

    /// <summary>The query by name, decoded. The value of <c>token</c> is <c>***</c>.</summary>
    public IReadOnlyDictionary<string, string> Query { get; internal init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The headers by name, in any case. The value of <c>Authorization</c> is <c>***</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; internal init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The body as text, at most its first MiB; empty when there was none.</summary>
    public string Body { get; internal init; } = "";

    /// <summary>The TCP connection it came on: the same for all requests of one connection.</summary>
    public string Connection { get; internal init; } = "";

    /// <summary>Whether it carried a token: in <c>Authorization</c>, for the socket in the query.</summary>
    public bool HasToken { get; internal init; }

    /// <summary>Whether that token was good when the server looked at it; <see langword="null"/> when it has not (yet).</summary>
    public bool? TokenWasGood { get; internal set; }

    /// <summary>The user for whom the token was issued; <see langword="null"/> when unknown.</summary>
    public string? TokenUserId { get; internal set; }

    /// <summary>The answer's HTTP status; 101 for an accepted socket; <see langword="null"/> while it is not answered, and for an aborted one.</summary>
    public int? Status { get; internal set; }

    /// <summary>What about it was against the protocol.</summary>
    public IReadOnlyList<string> Violations { get; internal set; } = [];

    internal string? Token { get; init; }

    /// <summary>Number, method, path and status.</summary>
    /// <returns>A line of text without a token.</returns>
    public override string ToString() =>
        $"#{Number} {Method} {Path} {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "(open)"}";
}
