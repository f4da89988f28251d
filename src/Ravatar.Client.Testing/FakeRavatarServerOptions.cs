namespace Ravatar.Client.Testing;

/// <summary>How a <see cref="FakeRavatarServer"/> starts. Read once, at the start.</summary>
public sealed class FakeRavatarServerOptions
{
    /// <summary>The TCP port on 127.0.0.1, 0 to 65,535. Defaults to 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of every date, token expiry, delay and history lag. Defaults to <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Decides all identifiers and the key that signs tokens: equal seeds and equal calls give equal answers. Defaults to 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// How long the journal's <c>WaitFor…</c> methods wait, by the machine's clock whatever <see cref="TimeProvider"/> says, before they fail
    /// with a <see cref="TimeoutException"/> that lists what has arrived. A guard against hanging tests. Defaults to 30 s.
    /// </summary>
    public TimeSpan WaitTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest message read from a socket, in bytes. A larger one closes it with code 1009. Defaults to 64 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The bytes of raw messages that the journal keeps. Beyond it the oldest messages lose their raw text (their parsed members stay).
    /// Defaults to 256 MiB.
    /// </summary>
    public long JournalBytes { get; init; } = 256L * 1024 * 1024;

    internal static void Validate(FakeRavatarServerOptions options)
    {
        if (options.Port is < 0 or > 65_535)
        {
            throw new ArgumentException($"Port is {options.Port}; it must be 0 (any free port) to 65535.", nameof(options));
        }

        if (options.WaitTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentException("WaitTimeout must be more than zero.", nameof(options));
        }

        if (options.MaxMessageBytes < 1)
        {
            throw new ArgumentException("MaxMessageBytes must be at least 1.", nameof(options));
        }
    }
}
