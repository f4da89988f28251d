namespace Ravatar.Client;

/// <summary>
/// What may differ from user to user among the clients of one <see cref="IRavatarClientFactory"/>. Everything else (address, time-outs, retries, limits,
/// connections, token cache) belongs to what they share, and is set with the factory's own options.
/// </summary>
public sealed class RavatarUserOptions
{
    /// <summary>The project: <c>project_id</c>, 1 to 64 of letters, digits and hyphen; <see langword="null"/> sends none. Defaults to the factory's.</summary>
    public string? ProjectId { get; set; }

    /// <summary>The application's own name, sent with every message as <c>source</c>. 1 to 128 characters. Defaults to the factory's.</summary>
    public string Source { get; set; } = "Ravatar.Client";

    /// <summary>How this user's chat channels behave. Defaults to a copy of the factory's.</summary>
    public ChatChannelOptions Chat { get; set; } = new();
}
