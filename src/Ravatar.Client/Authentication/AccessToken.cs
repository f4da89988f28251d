using System.Diagnostics;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// One issued token. Two issuances are two tokens even if their text is the same: a server that issues twice within a second may repeat itself.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AccessToken
{
    /// <param name="value">The token itself.</param>
    public AccessToken(string value)
    {
        Value = value;
        (ExpiresAt, IssuedAt) = ReadTimes(value);
    }

    /// <summary>The token itself. Not for any log, message or trace.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; }

    /// <summary>Whether it was found where others share theirs, and not issued to us: it may have been revoked long ago.</summary>
    public bool IsShared { get; init; }

    /// <summary>The claim <c>exp</c> in Unix seconds (RFC 7519 section 4.1.4), not verified; null where it cannot be read.</summary>
    public double? ExpiresAt { get; }

    /// <summary>The claim <c>iat</c> in Unix seconds, not verified; null where it cannot be read.</summary>
    public double? IssuedAt { get; }

    public override string ToString() => "[access token]";

    private static (double? ExpiresAt, double? IssuedAt) ReadTimes(string value)
    {
        string[] parts = value.Split('.');
        if (parts.Length < 2 || !TryDecode(parts[1], out byte[] claims))
        {
            return default;
        }
        try
        {
            return ReadClaims(claims);
        }
        catch (JsonException)
        {
            // Opaque tokens are fine: without an expiry they are used until refused.
            return default;
        }
    }

    private static (double?, double?) ReadClaims(byte[] claims)
    {
        double? expiresAt = null;
        double? issuedAt = null;
        Utf8JsonReader reader = JsonRead.Open(claims);
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return default;
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isExpiry = JsonRead.Is(ref reader, "exp"u8);
            bool isIssue = JsonRead.Is(ref reader, "iat"u8);
            reader.Read();
            if (isExpiry)
            {
                expiresAt = JsonRead.ReadDoubleOrNull(ref reader);
            }
            else if (isIssue)
            {
                issuedAt = JsonRead.ReadDoubleOrNull(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        return (expiresAt, issuedAt);
    }

    // Base64url without padding (RFC 7515 section 2).
    private static bool TryDecode(string text, out byte[] bytes)
    {
        string base64 = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        base64 += new string('=', (4 - base64.Length % 4) % 4);
        try
        {
            bytes = Convert.FromBase64String(base64);
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }
}
