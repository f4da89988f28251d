namespace Ravatar.Client.Testing;

/// <summary>What a presented token turned out to be. <see cref="UserId"/> is known only for a good one.</summary>
internal readonly record struct TokenCheck(bool IsGood, string? UserId)
{
    public static TokenCheck Bad => default;
}
