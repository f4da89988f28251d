namespace Ravatar.Client;

/// <summary>How live sessions end when nobody ends them.</summary>
public sealed class LiveSessionOptions
{
    /// <summary>
    /// How long a session outlives the connection of its chat channel before it is ended on the server, because a forgotten session keeps one of few
    /// slots busy and is billed. Longer than zero, at most one day; defaults to 60 s.
    /// </summary>
    public TimeSpan MaxOutage { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A folder in which each process lists its running sessions, so that after a crash the next process ends them: as soon as a client with the same
    /// folder and <see cref="RavatarClientOptions.BaseAddress"/> opens a chat or starts a session. The files hold <c>LicenseId</c>, user, project
    /// and base address, never a token. Made when missing; should be one that only this application writes to. Defaults to none.
    /// </summary>
    public string? JournalFolder { get; set; }

    /// <summary>A copy that no later change reaches.</summary>
    internal LiveSessionOptions Copy() => (LiveSessionOptions)MemberwiseClone();
}
