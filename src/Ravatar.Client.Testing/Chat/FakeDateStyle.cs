namespace Ravatar.Client.Testing;

/// <summary>How an answer on the socket says when it was given.</summary>
public enum FakeDateStyle
{
    /// <summary><c>date</c> in Unix milliseconds, as in the history.</summary>
    Milliseconds,

    /// <summary><c>date</c> in Unix seconds, as RAVATAR's own web client reads it.</summary>
    Seconds,

    /// <summary><c>timestamp</c> in ISO 8601.</summary>
    Timestamp,

    /// <summary>Not at all.</summary>
    None,
}
