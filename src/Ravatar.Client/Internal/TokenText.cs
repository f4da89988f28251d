namespace Ravatar.Client;

/// <summary>What a token may look like, wherever it comes from. The service's are opaque to us.</summary>
internal static class TokenText
{
    /// <summary>The longest token that is used: more fits into no server's header limit.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>Whether a token is visible ASCII throughout: nothing else may stand in the Authorization header.</summary>
    public static bool IsHeaderSafe(string token)
    {
        foreach (char c in token)
        {
            if (c is <= ' ' or > '~')
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether a token can be sent at all.</summary>
    public static bool IsUsable(string token) => token.Length is > 0 and <= Longest && IsHeaderSafe(token);
}
