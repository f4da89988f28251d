namespace Ravatar.Client;

/// <summary>The errors of a Live Mode stream: the rows of RAVATAR's error page ("Stream Errors").</summary>
public enum LiveError
{
    /// <summary>"Something went wrong": end the session and offer to connect again.</summary>
    StreamError,

    /// <summary>"Connection timeout": connect again. The session itself goes on.</summary>
    Timeout,

    /// <summary>"All AI assistants are busy at the moment": say so and offer to try again later.</summary>
    Busy,

    /// <summary>"Session expired": the session ended on the server; offer a new one.</summary>
    Expired,
}
