namespace Ravatar.Client;

/// <summary>
/// When a lost connection is tried again: after a random time between <see cref="MinDelay"/> and a ceiling that starts at
/// <see cref="BaseDelay"/> and doubles up to <see cref="MaxDelay"/> ("full jitter"). It starts over once a connection has proved itself: 10 s
/// open, or an answer to something we sent.
/// </summary>
public sealed class ReconnectOptions
{
    /// <summary>The ceiling of the first delay. Defaults to 0.5 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The shortest delay. Defaults to 100 ms.</summary>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay. Defaults to 30 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many attempts in a row may fail before the channel ends; <see langword="null"/>, the default, for no limit.</summary>
    public int? MaxAttempts { get; set; }

    /// <summary>How many attempts opening a channel may take: 1 to 100. Defaults to 3, so that a wrong address is told soon.</summary>
    public int OpenAttempts { get; set; } = 3;

    /// <summary>A copy that no later change reaches.</summary>
    internal ReconnectOptions Copy() => (ReconnectOptions)MemberwiseClone();
}
