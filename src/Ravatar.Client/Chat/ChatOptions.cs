namespace Ravatar.Client;

/// <summary>With whom a chat channel speaks, and in which language.</summary>
public sealed class ChatOptions
{
    /// <summary>The avatar: <c>_id</c> from the configuration. Defaults to the configuration's first.</summary>
    public string? AvatarId { get; init; }

    /// <summary>The language: <c>language_code</c> from the configuration, for example <c>en</c>. Defaults to the configuration's first.</summary>
    public string? Language { get; init; }

    /// <summary>How long a question waits for its answer: longer than zero, at most one day. Defaults to the configuration's <c>messageTimeoutSeconds</c>.</summary>
    public TimeSpan? AnswerTimeout { get; init; }

    /// <summary>Whether an avatar or language that the configuration does not list is accepted. Defaults to <see langword="false"/>: it is an error.</summary>
    public bool AllowUnlisted { get; init; }
}
