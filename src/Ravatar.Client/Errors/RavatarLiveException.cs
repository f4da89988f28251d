namespace Ravatar.Client;

/// <summary>Live Mode failed: a session could not be started, or its stream reported an error.</summary>
public class RavatarLiveException : RavatarException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Which of the stream errors it is.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause: where the service refused a start, the <see cref="RavatarApiException"/> with status and <c>Retry-After</c>.</param>
    public RavatarLiveException(LiveError reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        Recommendation = AdviceFor(reason);
    }

    /// <summary>Which of the stream errors it is.</summary>
    public LiveError Reason { get; }

    /// <summary>The stream error that a text is, by RAVATAR's error page; null when it is none.</summary>
    internal static LiveError? Classify(string? text) =>
        text?.Trim().TrimEnd('.', '!').ToUpperInvariant() switch
        {
            "SOMETHING WENT WRONG" => LiveError.StreamError,
            "CONNECTION TIMEOUT" => LiveError.Timeout,
            "ALL AI ASSISTANTS ARE BUSY AT THE MOMENT" => LiveError.Busy,
            "SESSION EXPIRED" => LiveError.Expired,
            _ => null,
        };

    private static string AdviceFor(LiveError reason) =>
        reason switch
        {
            LiveError.Timeout => "Retry the connection: show PageUri anew, or start the session again if it never started.",
            LiveError.Busy => "Show that all assistants are busy, and offer to try again later.",
            LiveError.Expired => "Offer to start a new session; the same chat channel will do.",
            _ => "End the session and offer to connect again.",
        };
}
