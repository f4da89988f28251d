namespace Ravatar.Samples;

/// <summary>What every sample is told: by option, else by environment variable, else by default.</summary>
/// <param name="Url">The REST API; null for RAVATAR's own, or, without a project id, for a fake server.</param>
/// <param name="UserId">The user; null for a new one.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="Avatar">The avatar's id; null for the first.</param>
/// <param name="Language">The language's code; null for the first.</param>
/// <param name="Timeout">How long a question waits for its answer; null for what the service says.</param>
/// <param name="Debug">Whether to log to stderr.</param>
internal sealed record SampleSettings(
    Uri? Url,
    string? UserId,
    string? ProjectId,
    string? Avatar,
    string? Language,
    TimeSpan? Timeout,
    bool Debug
)
{
    /// <summary>With neither a project nor an address there is no account to talk to.</summary>
    public bool WantsFakeServer => Url is null && ProjectId is null;
}
