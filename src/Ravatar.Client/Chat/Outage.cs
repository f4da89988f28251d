namespace Ravatar.Client;

/// <summary>The time since the last connection that proved itself: how often we tried, and why it goes on.</summary>
internal sealed class Outage(ConnectionEnd cause)
{
    /// <summary>Attempts in a row that came to nothing: no connection, or one that did not prove itself.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether the token was refreshed once: a second refusal is final.</summary>
    public bool TokenRefreshed { get; set; }

    /// <summary>Whether a token that others left was tried: the next one has to be new.</summary>
    public bool TokenReplaced { get; private set; }

    /// <summary>Why we are not connected.</summary>
    public ConnectionEnd Cause { get; private set; } = cause;

    /// <summary>Whether the next attempt may be made at once.</summary>
    public bool SkipDelay { get; set; }

    public void Fail(ConnectionEnd cause)
    {
        Failures++;
        Cause = cause;
    }

    /// <summary>A refused token is no failure of the connection: the next attempt has another one, and follows at once.</summary>
    public void RetryWithOtherToken(ConnectionEnd cause, bool isNew)
    {
        TokenReplaced = true;
        TokenRefreshed = isNew;
        SkipDelay = true;
        Cause = cause;
    }
}
