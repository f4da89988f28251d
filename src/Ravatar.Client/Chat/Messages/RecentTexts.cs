namespace Ravatar.Client;

/// <summary>The names that one connection's messages keep repeating: one string of each serves them all. Not thread-safe.</summary>
internal sealed class RecentTexts
{
    public string? AvatarId { get; set; }

    public string? AvatarName { get; set; }

    public string? UserId { get; set; }

    public string? Language { get; set; }
}
