namespace Ravatar.Client;

/// <summary>
/// The root of everything the SDK throws on its own account. Bad arguments are <see cref="ArgumentException"/>, a caller's
/// cancellation is <see cref="OperationCanceledException"/>; everything else that goes wrong is one of this family.
/// </summary>
public class RavatarException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong, in a sentence a log can carry. Never holds a token.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>What the caller can do about it, in one sentence; <see langword="null"/> when nothing better than the message is known.</summary>
    public string? Recommendation { get; init; }
}
