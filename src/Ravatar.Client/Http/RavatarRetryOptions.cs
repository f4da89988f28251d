namespace Ravatar.Client;

/// <summary>
/// What is tried again: 502, 504 and connection failures of <c>GET</c>s, and 500, 502, 504 and connection failures of <c>POST /jwt</c>.
/// Requests that start or end something on the server are never repeated by this policy.
/// </summary>
public sealed class RavatarRetryOptions
{
    /// <summary>Tries after the first, 0 to 10. Defaults to 3.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>The delay before the first retry; it doubles with each further one, with jitter. Defaults to 1 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest delay. A server whose <c>Retry-After</c> asks for more is not asked again: the error comes at once, with its
    /// <see cref="RavatarApiException.RetryAfter"/>. Defaults to 30 s.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether 503 (all assistants busy) is tried again too. Defaults to <see langword="false"/>.</summary>
    public bool RetryBusy { get; set; }

    internal RavatarRetryOptions Copy() => (RavatarRetryOptions)MemberwiseClone();
}
