namespace Ravatar.Client;

/// <summary>No usable token: sign-in was refused (401, or 403 on <c>POST /jwt</c>), or a request was refused again (second 403) with a token issued for it.</summary>
public class RavatarAuthenticationException : RavatarApiException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarAuthenticationException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal RavatarAuthenticationException(string message, ApiFailure failure)
        : base(message, failure) { }
}
