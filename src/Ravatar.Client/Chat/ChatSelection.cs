namespace Ravatar.Client;

/// <summary>Avatar and language "must be selected from the configuration" (the guide's troubleshooting page): checked before anything is sent.</summary>
internal static class ChatSelection
{
    /// <exception cref="ArgumentException">The configuration does not list what was asked for, or lists nothing to default to.</exception>
    public static ChatIdentity Choose(
        ChatOptions options,
        ChatConfiguration configuration,
        string userId,
        string source,
        Func<string?> session
    ) =>
        new()
        {
            UserId = userId,
            AvatarId = Choose(
                options.AvatarId,
                [.. configuration.Avatars.Select(a => a.Id)],
                options.AllowUnlisted,
                nameof(options.AvatarId)
            ),
            Language = Choose(
                options.Language,
                [.. configuration.Languages.Select(l => l.Code)],
                options.AllowUnlisted,
                nameof(options.Language)
            ),
            Source = source,
            Session = session,
        };

    private static string Choose(string? wanted, IReadOnlyList<string> listed, bool allowUnlisted, string name)
    {
        if (wanted is null)
        {
            return listed.Count > 0
                ? listed[0]
                : throw Problem($"{name}: the configuration lists none to default to. Set it, with AllowUnlisted.");
        }
        if (string.IsNullOrWhiteSpace(wanted))
        {
            throw Problem($"{name}: it is blank. Leave it null for the configuration's first.");
        }
        return allowUnlisted || listed.Contains(wanted, StringComparer.Ordinal)
            ? wanted
            : throw Problem(
                $"{name}: the configuration does not list \"{wanted}\". It lists: {(listed.Count == 0 ? "none" : string.Join(", ", listed.Take(20)))}. "
                    + "Choose one of these, or set AllowUnlisted."
            );
    }

    // Named after the public method's parameter.
    private static ArgumentException Problem(string text, ChatOptions? options = null) => new(text, nameof(options));
}
