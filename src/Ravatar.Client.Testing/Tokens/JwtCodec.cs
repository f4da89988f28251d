using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>HS256 JSON Web Tokens (RFC 7515, RFC 7519), as few lines as it takes.</summary>
internal sealed class JwtCodec(int seed)
{
    private static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}"""u8);
    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes($"FakeRavatarServer {seed}"));

    public string Sign(ReadOnlySpan<byte> claims)
    {
        var signed = $"{Header}.{Encode(claims)}";
        return $"{signed}.{Signature(signed)}";
    }

    /// <summary>The claims of a token that this codec signed; otherwise nothing. Expiry is not looked at.</summary>
    public JsonDocument? Verify(string token)
    {
        var last = token.LastIndexOf('.');
        var first = token.IndexOf('.', StringComparison.Ordinal);
        if (first <= 0 || first == last)
        {
            return null;
        }

        var given = Encoding.UTF8.GetBytes(token[(last + 1)..]);
        var expected = Encoding.UTF8.GetBytes(Signature(token[..last]));
        return CryptographicOperations.FixedTimeEquals(given, expected) ? Json.ParseObject(Decode(token[(first + 1)..last])) : null;
    }

    private string Signature(string signed) => Encode(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)));

    private static string Encode(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        return Base64.IsValid(padded) ? Convert.FromBase64String(padded) : [];
    }
}
