using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// Tolerant reading of single JSON values. Each method expects the reader on a value's first token and leaves it on the
/// value's last one. A value of another JSON type is converted where its meaning is plain and is null otherwise; only JSON
/// that is malformed throws (<see cref="JsonException"/>).
/// </summary>
internal static class JsonRead
{
    /// <summary>Unix times below this are seconds, not milliseconds (in milliseconds it would be March 1973).</summary>
    private const double SecondsBelow = 1e11;

    // DateTimeOffset's own range, in Unix milliseconds.
    private const double MinUnixMilliseconds = -62_135_596_800_000;
    private const double MaxUnixMilliseconds = 253_402_300_799_999;

    /// <summary>A reader over one whole message, on its first token; comments are not JSON, trailing commas neither.</summary>
    public static Utf8JsonReader Open(ReadOnlySpan<byte> json)
    {
        // A byte order mark is no JSON (RFC 8259 section 8.1), but a parser may ignore it.
        Utf8JsonReader reader = new(json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json.Slice(3) : json);
        reader.Read();
        return reader;
    }

    /// <summary>Makes sure that the object the reader stands at the end of was all there was.</summary>
    /// <exception cref="JsonException">It was cut off, or something follows it.</exception>
    public static void ExpectEnd(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.EndObject || reader.CurrentDepth != 0)
        {
            throw new JsonException("It is cut off.");
        }
        // The reader itself throws on anything but white space.
        reader.Read();
    }

    /// <summary>Whether the property name or string that the reader is on is this one. Never throws, unlike the reader's own comparison.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8Text) =>
        reader.ValueIsEscaped
            ? string.Equals(GetString(ref reader), JsonText.Lenient(utf8Text), StringComparison.Ordinal)
            : reader.ValueTextEquals(utf8Text);

    /// <summary>A string as it is, a number or Boolean as its text; null for everything else.</summary>
    public static string? ReadStringOrNull(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return GetString(ref reader);
            case JsonTokenType.Number:
                return JsonText.Ascii(ref reader);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>
    /// Like <see cref="ReadStringOrNull(ref Utf8JsonReader)"/>, but returns <paramref name="previous"/> itself when the text is the same: rows of a list
    /// repeat ids and codes, and one string serves them all.
    /// </summary>
    public static string? ReadStringOrNull(ref Utf8JsonReader reader, string? previous) =>
        previous is not null && reader.TokenType is JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueTextEquals(previous)
            ? previous
            : ReadStringOrNull(ref reader);

    /// <summary>true and false, also as strings in any case; numbers: zero is false, others true; null for everything else.</summary>
    public static bool? ReadBoolOrNull(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number:
                return reader.TryGetDouble(out double number) ? number != 0 : null;
            case JsonTokenType.String:
                string text = GetString(ref reader).Trim();
                return bool.TryParse(text, out bool value) ? value
                    : text is "1" ? true
                    : text is "0" ? false
                    : null;
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>A finite number, also as a string (invariant culture); null for everything else.</summary>
    public static double? ReadDoubleOrNull(ref Utf8JsonReader reader)
    {
        double number;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.TryGetDouble(out number) && IsFinite(number) ? number : null;
            case JsonTokenType.String:
                return
                    double.TryParse(GetString(ref reader), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && IsFinite(number)
                    ? number
                    : null;
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>A whole number in range, also as a string or as <c>200.0</c>; null for everything else.</summary>
    public static int? ReadInt32OrNull(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number && reader.TryGetInt32(out int whole))
        {
            return whole;
        }
        double? number = ReadDoubleOrNull(ref reader);
        return number is >= int.MinValue and <= int.MaxValue && Math.Floor(number.Value).Equals(number.Value) ? (int)number.Value : null;
    }

    /// <summary>
    /// A moment: Unix time as a number or digits, or ISO 8601 (without an offset: UTC); null for everything else, such as a time without its day, and
    /// for what no calendar holds.
    /// </summary>
    /// <param name="reader">The reader, on the value.</param>
    /// <param name="smallIsSeconds">Whether numbers below 10^11 are seconds; otherwise all are milliseconds.</param>
    public static DateTimeOffset? ReadUnixOrIsoDate(ref Utf8JsonReader reader, bool smallIsSeconds = false)
    {
        if (reader.TokenType is JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out long whole) && whole is >= (long)SecondsBelow and <= (long)MaxUnixMilliseconds)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(whole);
            }
            return reader.TryGetDouble(out double number) ? FromUnix(number, smallIsSeconds) : null;
        }
        if (ReadStringOrNull(ref reader) is not { Length: > 0 and <= 64 } text)
        {
            return null;
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double digits))
        {
            return FromUnix(digits, smallIsSeconds);
        }
        // What is no ISO 8601 would be guessed at, a missing day by this machine's clock.
        return
            BeginsWithDay(text)
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces,
                out DateTimeOffset date
            )
            ? date
            : null;
    }

    /// <summary>
    /// An address: absolute http, https or data, or a relative one as it came. Null for everything else, so that no
    /// <c>javascript:</c> or <c>file:</c> reaches a page.
    /// </summary>
    public static Uri? ReadUriOrNull(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }
        string text = GetString(ref reader).Trim();
        if (text.Length == 0)
        {
            return null;
        }
        // Browsers pass over control characters, and see a scheme where .NET sees none.
        if (text.Any(char.IsControl) || HasHiddenScheme(text))
        {
            return null;
        }
        // Outside Windows a leading slash would make it a file: address.
        UriKind kind = text[0] is '/' ? UriKind.Relative : UriKind.RelativeOrAbsolute;
        return Uri.TryCreate(text, kind, out Uri? uri) && (!uri.IsAbsoluteUri || uri.Scheme is "http" or "https" or "data") ? uri : null;
    }

    /// <summary>A colon before any slash begins no path, unless it belongs to one of the schemes that are shown.</summary>
    private static bool HasHiddenScheme(string text)
    {
        int colon = text.IndexOf(':');
        int end = text.IndexOfAny(['/', '?', '#']);
        return colon >= 0 && (end < 0 || colon < end) && text.Substring(0, colon).ToUpperInvariant() is not ("HTTP" or "HTTPS" or "DATA");
    }

    /// <summary>
    /// Keeps a member that this version does not know. Expects the reader on the property's name, leaves it on the value's last token.
    /// </summary>
    public static void Keep(ref Utf8JsonReader reader, ref Dictionary<string, JsonElement>? unknown)
    {
        string name = GetString(ref reader);
        reader.Read();
        unknown ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        unknown[name] = JsonElement.ParseValue(ref reader);
    }

    /// <summary>The text of a string or property name; what is no valid Unicode becomes U+FFFD instead of an exception.</summary>
    public static string GetString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return JsonText.Lenient(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
        }
    }

    private static DateTimeOffset? FromUnix(double number, bool smallIsSeconds)
    {
        double milliseconds = smallIsSeconds && Math.Abs(number) < SecondsBelow ? number * 1000 : number;
        return milliseconds is >= MinUnixMilliseconds and <= MaxUnixMilliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : null;
    }

    // yyyy-MM-dd
    private static bool BeginsWithDay(string text)
    {
        string day = text.TrimStart();
        if (day.Length < 10 || day[4] != '-' || day[7] != '-')
        {
            return false;
        }
        for (int i = 0; i < 10; i++)
        {
            if (i is not (4 or 7) && day[i] is not (>= '0' and <= '9'))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsFinite(double number) => !double.IsNaN(number) && !double.IsInfinity(number);
}
