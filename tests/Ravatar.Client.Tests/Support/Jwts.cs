using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>Makes tokens with claims; nobody here checks signatures.</summary>
internal static class Jwts
{
    public static string With(string claims) => $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims)}.c2lnbmF0dXJl";

    public static string Living(DateTimeOffset now, TimeSpan life) =>
        With($$"""{"iat":{{now.ToUnixTimeSeconds()}},"exp":{{(now + life).ToUnixTimeSeconds()}}}""");

    private static string Encode(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
