namespace Ravatar.Client;

/// <summary>The service could not be reached, or the chat channel ended: what was in hand will not be answered.</summary>
public class RavatarConnectionException : RavatarException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarConnectionException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>The WebSocket close code (RFC 6455 section 7.4) the server sent, if it sent one.</summary>
    public int? CloseCode { get; init; }

    /// <summary>The text beside the close code, if there was any.</summary>
    public string? CloseReason { get; init; }

    /// <summary>The HTTP status with which the WebSocket upgrade was refused, where it was and the platform tells.</summary>
    public int? UpgradeStatus { get; init; }
}
