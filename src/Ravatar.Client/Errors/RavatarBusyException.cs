namespace Ravatar.Client;

/// <summary>HTTP 503: all AI assistants are busy. Show "Please try again later".</summary>
public class RavatarBusyException : RavatarApiException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarBusyException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal RavatarBusyException(string message, ApiFailure failure)
        : base(message, failure) { }
}
