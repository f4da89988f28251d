namespace Ravatar.Client;

/// <summary>HTTP 504, a request that had no answer within its time-out, or a question that had none within <c>messageTimeoutSeconds</c>.</summary>
public class RavatarTimeoutException : RavatarApiException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarTimeoutException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal RavatarTimeoutException(string message, ApiFailure failure)
        : base(message, failure) { }
}
