namespace Ravatar.Client;

/// <summary>A microphone, a recording or an audio file failed.</summary>
/// <remarks>
/// After <see cref="AudioErrorCode.RecorderError"/> the recording may be restarted, and after <see cref="AudioErrorCode.MediaAborted"/> the
/// user may try again, on the same source and the same recorder.
/// </remarks>
public class RavatarAudioException : RavatarException
{
    /// <summary>Creates the exception, with the recommended handling of its code.</summary>
    /// <param name="code">What is wrong, in the words of RAVATAR's error page.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RavatarAudioException(AudioErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Recommendation = code.RecommendedHandling;
    }

    /// <summary>What is wrong: one of the seven media errors.</summary>
    public AudioErrorCode Code { get; }
}
