namespace Ravatar.Client.Testing;

/// <summary>Base64 as the service takes it: the bare text, or (leniently) a whole <c>data:</c> URL.</summary>
internal static class Base64Text
{
    public static bool IsDataUrl(string text) => text.StartsWith("data:", StringComparison.Ordinal);

    /// <summary>The bytes, or nothing where the text is no valid Base64.</summary>
    public static byte[]? Decode(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var start = IsDataUrl(text) ? text.IndexOf(',', StringComparison.Ordinal) + 1 : 0;
        var span = text.AsSpan(start);

        // The platform's decoder skips white space, which the wire format has no place for.
        if (span.Length % 4 != 0 || span.IndexOfAny(" \t\r\n") >= 0)
        {
            return null;
        }

        var bytes = new byte[span.Length / 4 * 3];
        return Convert.TryFromBase64Chars(span, bytes, out var written) ? bytes[..written] : null;
    }
}
