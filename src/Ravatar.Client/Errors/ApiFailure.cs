using System.Net;

namespace Ravatar.Client;

/// <summary>What every exception about a refused request carries.</summary>
internal sealed record ApiFailure(
    string Endpoint,
    HttpStatusCode Status,
    string? Code,
    string? ServerMessage,
    TimeSpan? RetryAfter,
    string? Recommendation
);
