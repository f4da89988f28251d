using System.Net;

namespace Ravatar.Client;

/// <summary>An endpoint of the RAVATAR API refused a request, or answered with something that is no valid answer.</summary>
/// <remarks>
/// The statuses are those of RAVATAR's error page ("HTTP Status Codes"): 402 is <see cref="RavatarPaymentRequiredException"/>,
/// 401 and a second 403 are <see cref="RavatarAuthenticationException"/>, 503 is <see cref="RavatarBusyException"/>,
/// 504 is <see cref="RavatarTimeoutException"/>; all others are this type itself.
/// </remarks>
public class RavatarApiException : RavatarException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarApiException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal RavatarApiException(string message, ApiFailure failure)
        : base(message)
    {
        Endpoint = failure.Endpoint;
        StatusCode = failure.Status;
        ErrorCode = failure.Code;
        ServerMessage = failure.ServerMessage;
        RetryAfter = failure.RetryAfter;
        Recommendation = failure.Recommendation;
    }

    /// <summary>The HTTP status, or the body's own <c>status</c> where that is what reported the failure; <see langword="null"/> when no answer came.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The API's error code (the body's <c>error</c>), for example <c>invalid_user_id</c>, <c>project_not_found</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The server's own words (the body's <c>message</c>, else <c>error</c>, else the start of the raw text).</summary>
    public string? ServerMessage { get; init; }

    /// <summary>The endpoint, as <c>GET /connection</c>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How long the server asked to wait (<c>Retry-After</c>, RFC 9110 section 10.2.3), where it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
