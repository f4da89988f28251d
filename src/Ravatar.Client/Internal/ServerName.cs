namespace Ravatar.Client;

/// <summary>What the server names for the client to repeat in its messages: sessions and licenses.</summary>
internal static class ServerName
{
    /// <summary>How many characters such a name may have. Real ones have a few dozen.</summary>
    public const int Longest = 1024;

    /// <summary>The problem with a longer one, as the end of a sentence.</summary>
    public static string TooLong(string member) => FormattableString.Invariant($"holds a {member} of more than {Longest} characters");
}
