namespace Ravatar.Client;

/// <summary>HTTP 402: a subscription or payment issue of the RAVATAR account. Show a payment prompt; check balance and payment status in the dashboard.</summary>
public class RavatarPaymentRequiredException : RavatarApiException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarPaymentRequiredException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal RavatarPaymentRequiredException(string message, ApiFailure failure)
        : base(message, failure) { }
}
