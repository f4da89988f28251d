namespace Ravatar.Client;

/// <summary>What every message of a channel says about who speaks to whom.</summary>
internal sealed class ChatIdentity
{
    public required string UserId { get; init; }

    public required string AvatarId { get; init; }

    public required string Language { get; init; }

    public required string Source { get; init; }

    /// <summary>The <c>session</c> of the newest configuration in hand; asked for each message, as a new read replaces it.</summary>
    public required Func<string?> Session { get; init; }
}
