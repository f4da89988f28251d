using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Exceptions in the words of RAVATAR's error page, for the person before the screen.</summary>
internal static class ErrorText
{
    public static readonly ErrorNote TooManyQuestions = new(
        "wait",
        "One moment",
        "Several questions wait for their answers already. Ask again when they have come."
    );

    public static readonly ErrorNote LiveLost = new(
        "stream",
        "The live session was lost",
        "The connection to the service was away for too long. Start a new session to go on.",
        "restart"
    );

    /// <summary>The note to show for a failure, and what the page offers to do about it.</summary>
    public static ErrorNote For(Exception exception, string? action = null) =>
        exception switch
        {
            RavatarLiveException live => ForLive(live, action),
            RavatarPaymentRequiredException => new(
                "payment",
                "Payment required",
                "The RAVATAR account behind this page has a subscription or payment issue. Check its balance and payment status in the"
                    + " RAVATAR dashboard, then try again.",
                action
            ),
            RavatarBusyException => Busy(action),
            RavatarTimeoutException { Endpoint: null } => new("no-answer", "No answer in time", "The avatar did not answer. Ask again."),
            RavatarTimeoutException => Timeout(action),
            RavatarAuthenticationException => new(
                "sign-in",
                "Sign-in was refused",
                "The service accepts neither this user nor this project. Check the project id that the app was started with.",
                action
            ),
            RavatarConnectionException or RavatarApiException { StatusCode: null } => new(
                "connection",
                "The service cannot be reached",
                "Check the internet connection and the address that the app was started with, then try again.",
                action
            ),
            RavatarAudioException audio => new(audio.Code.Value, "The recording failed", audio.Recommendation ?? "Try to record again."),
            ArgumentException => new("choice", "That cannot be chosen", exception.Message, action),
            RavatarException => new("other", exception.Message, (exception as RavatarException)?.Recommendation ?? "Try again.", action),
            _ => new("other", "Something went wrong", "That was unexpected: the app's own log says more. Try again.", action),
        };

    private static ErrorNote Busy(string? action) =>
        new("busy", "All AI assistants are busy at the moment", "Please try again later.", action);

    private static ErrorNote Timeout(string? action) =>
        new("timeout", "Connection timeout", "The service did not answer in time. Try again in a moment.", action);

    private static ErrorNote ForLive(RavatarLiveException live, string? action) =>
        live.Reason switch
        {
            LiveError.Busy => Busy(action),
            LiveError.Expired => new(
                "expired",
                "Session expired",
                "The service has ended the live session. Start a new one to go on.",
                action
            ),
            LiveError.Timeout when action == "reload" => new(
                "timeout",
                "Connection timeout",
                "The picture did not arrive in time. The session goes on: load the stream again.",
                action
            ),
            LiveError.Timeout => Timeout(action),
            _ => new("stream", "Something went wrong", "The live session has ended. Start it again to reconnect.", action),
        };
}
