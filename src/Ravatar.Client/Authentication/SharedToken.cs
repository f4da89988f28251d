using System.Globalization;
using System.Text;

namespace Ravatar.Client;

/// <summary>
/// What lies in a distributed cache, under the protection: a version, the key it was written under (so that a value moved to another user's place is none),
/// when the token ends by its writer's clock, and the token. Four lines of text.
/// </summary>
internal static class SharedToken
{
    private const string Version = "ravatar-token-1";
    private const int LongestValue = TokenText.Longest + 1024;

    public static byte[] Seal(AccessToken token, string key, DateTimeOffset expires) =>
        Encoding.UTF8.GetBytes(
            string.Join("\n", Version, key, expires.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), token.Value)
        );

    /// <summary>The token and the life it has left; null where it has none.</summary>
    /// <exception cref="FormatException">It is no value of ours, or another user's; the message quotes nothing of it.</exception>
    public static (AccessToken Token, TimeSpan Life)? Open(byte[]? value, string key, DateTimeOffset now)
    {
        if (value is not { Length: > 0 and <= LongestValue })
        {
            throw new FormatException("it is empty or too long");
        }
        string[] lines = Encoding.UTF8.GetString(value).Split('\n');
        if (lines.Length != 4 || lines[0] != Version || !TokenText.IsUsable(lines[3]))
        {
            throw new FormatException("it is no token of this version");
        }
        if (lines[1] != key)
        {
            throw new FormatException("it was written for another user, project or address");
        }
        if (!long.TryParse(lines[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long expires))
        {
            throw new FormatException("it does not say when it ends");
        }
        double left = ((double)expires - now.ToUnixTimeMilliseconds()) / 1000;
        return left <= 0
            ? null
            : (new AccessToken(lines[3]) { IsShared = true }, TimeSpan.FromSeconds(Math.Min(left, TokenLife.Longest.TotalSeconds)));
    }
}
