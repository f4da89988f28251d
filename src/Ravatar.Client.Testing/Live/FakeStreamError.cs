namespace Ravatar.Client.Testing;

/// <summary>The stream errors that the service reports while a live session runs.</summary>
public enum FakeStreamError
{
    /// <summary>"Session expired".</summary>
    Expired,

    /// <summary>"Connection timeout".</summary>
    Timeout,

    /// <summary>"All AI assistants are busy at the moment".</summary>
    Busy,

    /// <summary>"Something went wrong".</summary>
    Generic,
}
