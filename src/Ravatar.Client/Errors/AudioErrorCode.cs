namespace Ravatar.Client;

/// <summary>What is wrong with a microphone or a recording: the codes of RAVATAR's error page ("Media Errors"). An open set.</summary>
/// <param name="Value">The code itself, for example <c>media_in_use</c>.</param>
public readonly record struct AudioErrorCode(string Value)
{
    /// <summary><c>permission_denied</c>: the user or the system denies access to the microphone.</summary>
    public static AudioErrorCode PermissionDenied { get; } = new("permission_denied");

    /// <summary><c>no_specified_media_found</c>: the device is not there.</summary>
    public static AudioErrorCode NoSpecifiedMediaFound { get; } = new("no_specified_media_found");

    /// <summary><c>media_in_use</c>: another application has the device.</summary>
    public static AudioErrorCode MediaInUse { get; } = new("media_in_use");

    /// <summary><c>invalid_media_constraints</c>: the device or the file does not have the format that was asked for.</summary>
    public static AudioErrorCode InvalidMediaConstraints { get; } = new("invalid_media_constraints");

    /// <summary><c>no_constraints</c>: no constraints were given. The SDK uses its default constraints then and does not raise this itself.</summary>
    public static AudioErrorCode NoConstraints { get; } = new("no_constraints");

    /// <summary><c>recorder_error</c>: recording failed.</summary>
    public static AudioErrorCode RecorderError { get; } = new("recorder_error");

    /// <summary><c>media_aborted</c>: recording was aborted, for example because the device was unplugged.</summary>
    public static AudioErrorCode MediaAborted { get; } = new("media_aborted");

    /// <summary>What the error page says to do ("Recommended Handling"); <see langword="null"/> for a code it does not list.</summary>
    public string? RecommendedHandling =>
        Value switch
        {
            "permission_denied" => "Ask for permission to use the microphone, and say how to give it.",
            "no_specified_media_found" => "Show \"No microphone found\".",
            "media_in_use" => "Show \"Microphone in use\".",
            "invalid_media_constraints" => "Fall back to default constraints.",
            "no_constraints" => "Use default audio constraints.",
            "recorder_error" => "Restart recording, or show the error.",
            "media_aborted" => "Allow the user to retry.",
            _ => null,
        };

    /// <summary>The code itself.</summary>
    /// <returns><see cref="Value"/>, or an empty string for the default value.</returns>
    public override string ToString() => Value ?? "";
}
