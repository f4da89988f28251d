namespace Ravatar.Client;

/// <summary>
/// Whether a channel is in Live Mode: while a session's license is here, what is sent belongs to it. Set by the session's owner, read on every send.
/// </summary>
internal sealed class LiveMode
{
    private volatile string? _licenseId;
    private volatile Action<LiveError, string>? _reported;

    /// <summary>The session's <c>LicenseId</c>; null in Chat Mode.</summary>
    public string? LicenseId => _licenseId;

    /// <summary>Enters Live Mode.</summary>
    /// <param name="licenseId">The session's <c>LicenseId</c>.</param>
    /// <param name="reported">Told of stream errors, on the receive loop: it must not wait.</param>
    public void Enter(string licenseId, Action<LiveError, string> reported)
    {
        _reported = reported;
        _licenseId = licenseId;
    }

    /// <summary>Back to Chat Mode. What waits to be sent with the license fails instead.</summary>
    public void Leave()
    {
        _licenseId = null;
        _reported = null;
    }

    /// <summary>Passes a stream error on, if a message is one.</summary>
    public void Inspect(ChatEvent received)
    {
        if (received.Reported is { } error)
        {
            _reported?.Invoke(error.Error, error.Text);
        }
    }

    /// <summary>Whether a message was made for a session that is over.</summary>
    public bool IsStale(string? licenseId) => licenseId is not null && licenseId != _licenseId;

    /// <summary>Why such a message fails.</summary>
    public static RavatarLiveException StaleMessage() =>
        new(LiveError.StreamError, "The live session ended before the message was written.")
        {
            Recommendation = "Send it again: in Chat Mode, or in a new live session.",
        };
}
