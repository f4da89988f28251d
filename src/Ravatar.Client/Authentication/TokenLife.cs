namespace Ravatar.Client;

/// <summary>How long a token is good for, counted on our clock from its receipt, and when the next one is due.</summary>
internal static class TokenLife
{
    /// <summary>RAVATAR's tokens live 24 h ("JWT token for authentication (valid for 24 hours)"); assumed where a token does not tell.</summary>
    public static readonly TimeSpan Documented = TimeSpan.FromHours(24);

    // Longer than any plausible token, and far from every overflow.
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The life that is left. The server's clock and ours may disagree, so <c>exp - iat</c>, both the server's, bounds what
    /// <c>exp - now</c> says, and stands in for it where the token would already be expired as it arrives.
    /// </summary>
    public static TimeSpan Of(AccessToken token, DateTimeOffset now)
    {
        if (token.ExpiresAt is not { } expiresAt)
        {
            return Documented;
        }
        double fromNow = expiresAt - now.ToUnixTimeMilliseconds() / 1000d;
        double? span = expiresAt - token.IssuedAt;
        double seconds =
            fromNow <= 0
                ? span is > 0
                    ? span.Value
                    : 0
                : span is > 0
                    ? Math.Min(fromNow, span.Value)
                    : fromNow;
        return seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);
    }

    /// <summary>How far ahead of its end a token is replaced at most: 10 % of its life, and no more than 5 minutes.</summary>
    public static TimeSpan Margin(TimeSpan life)
    {
        TimeSpan tenth = TimeSpan.FromTicks(life.Ticks / 10);
        return tenth < LongestMargin ? tenth : LongestMargin;
    }

    /// <summary>
    /// How long a token is used: to its margin, or up to half the margin longer. Whose share is the smallest replaces it, and leaves the new one to the others.
    /// </summary>
    /// <param name="life">The token's life.</param>
    /// <param name="share">From 0 to 1, another one for each who uses the token.</param>
    public static TimeSpan Use(TimeSpan life, double share) => life - TimeSpan.FromTicks((long)(Margin(life).Ticks * (1 - share / 2)));
}
