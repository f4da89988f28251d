using System.Net;

namespace Ravatar.Client;

/// <summary>Turns refusals into the exceptions of RAVATAR's error page ("HTTP Status Codes"), with what it recommends to do.</summary>
internal static class ApiErrors
{
    private const string NoConnectionAdvice =
        "Verify the API address (https://chat.rvtr.ai unless told otherwise) and the internet connection; debug logging shows the details.";

    /// <summary>The exception for a refusal with this status.</summary>
    public static RavatarApiException ForStatus(string endpoint, int status, ErrorBody body, TimeSpan? retryAfter = null)
    {
        HttpStatusCode code = (HttpStatusCode)status;
        string message =
            $"{endpoint} failed: HTTP {status} ({NameOf(code)})"
            + (body.Code is { } error ? $", {error}" : "")
            + (body.Message is { } text && text != body.Code ? $": {text}" : ".");
        ApiFailure failure = new(endpoint, code, body.Code, body.Message, retryAfter, AdviceFor(status, body.Code));
        return status switch
        {
            401 or 403 => new RavatarAuthenticationException(message, failure),
            402 => new RavatarPaymentRequiredException(message, failure),
            503 => new RavatarBusyException(message, failure),
            504 => new RavatarTimeoutException(message, failure),
            _ => new RavatarApiException(message, failure),
        };
    }

    /// <summary>An answer with a good status that is no answer.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="status">The HTTP status it came with.</param>
    /// <param name="problem">What is wrong with it, as the end of a sentence.</param>
    /// <param name="body">What it says, where that may be shown.</param>
    /// <param name="cause">Why it could not be read.</param>
    public static RavatarApiException Invalid(
        string endpoint,
        HttpStatusCode status,
        string problem,
        ErrorBody body = default,
        Exception? cause = null
    ) =>
        new($"{endpoint} failed: HTTP {(int)status}, but the answer {problem}{(body.Message is { } text ? $": {text}" : ".")}", cause)
        {
            StatusCode = status,
            ErrorCode = body.Code,
            ServerMessage = body.Message,
            Endpoint = endpoint,
            Recommendation = "Check that the base address is RAVATAR's API, and that no proxy or captive portal answers in its place.",
        };

    /// <summary>No answer came: the connection failed.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cause">One of <see cref="NetworkFailure"/>'s, whose words may be shown.</param>
    public static RavatarApiException NoAnswer(string endpoint, HttpRequestException cause) =>
        new($"{endpoint} failed: no complete answer came: {cause.Message}.", cause)
        {
            Endpoint = endpoint,
            Recommendation = NoConnectionAdvice,
        };

    /// <summary>No answer came in time.</summary>
    public static RavatarTimeoutException TimedOut(string endpoint, string problem) =>
        new($"{endpoint} failed: {problem}") { Endpoint = endpoint, Recommendation = "Try again later. " + NoConnectionAdvice };

    /// <summary>A redirect: never followed, because the token must not travel elsewhere.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="status">The HTTP status it came with; null where the transport followed it, and did not get there.</param>
    /// <param name="target">Where to; null where that is no address.</param>
    /// <param name="secret">The token the request carried: a server may make a host's name of it.</param>
    public static RavatarApiException Redirected(string endpoint, HttpStatusCode? status, Uri? target, string? secret) =>
        new(
            $"{endpoint} failed: the server redirects to {PlainText.Line(Origin(target), secret, 300)}, and redirects are not followed, so that no token travels elsewhere."
        )
        {
            StatusCode = status,
            Endpoint = endpoint,
            Recommendation = "Use the address that the API really has as the base address.",
        };

    // The target's path and query may hold anything.
    private static string Origin(Uri? target) =>
        target is { IsAbsoluteUri: true } ? $"{target.Scheme}://{target.Authority}" : "an unnamed address";

    // Undefined values print as their digits.
    private static string NameOf(HttpStatusCode status) => status.ToString() is var name && char.IsLetter(name[0]) ? name : "unknown";

    private static string? AdviceFor(int status, string? code) =>
        code switch
        {
            "invalid_user_id" => "Use 1 to 128 letters, digits, hyphens and underscores as user id.",
            "invalid_project_id" => "Use 1 to 64 letters, digits and hyphens as project id.",
            "project_not_found" => "Check the project id against the one that RAVATAR gave out during setup.",
            "token_generation_failed" => "The server could not make a token: try again later.",
            _ => status switch
            {
                401 => "Check the user id and the project id.",
                402 => "Show an upgrade or payment prompt; check balance and payment status in the RAVATAR dashboard.",
                403 => "The token was refused although it was new: check that user and project may use the API.",
                503 => "Show \"Please try again later\".",
                504 => "Retry with exponential backoff.",
                _ => null,
            },
        };
}
