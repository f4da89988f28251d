using System.Globalization;
using System.Text;

namespace Ravatar.Client;

/// <summary>
/// Finds tokens in what others wrote: a known one in whatever guise, escaped as in JSON, HTML or an address, in parts, in either case, broken over lines or by
/// tags; of others, what looks like a JWT. In linear time, whatever the text.
/// </summary>
internal static class TokenMask
{
    /// <summary>What stands in a token's place.</summary>
    public const string Mask = "[token]";

    // Parts of a JWT are longer; shorter ones are words like any other.
    private const int ShortestPart = 16;
    private const int MostParts = 5;
    private const int LongestTag = 256;

    // The start of a token that a cut has left; what is shorter tells nothing.
    private const int ShortestStart = 4;

    private const char Nothing = '\0';

    /// <summary>The text with masks in the tokens' places.</summary>
    /// <param name="text">What somebody wrote.</param>
    /// <param name="token">The token that is known, whatever it looks like.</param>
    /// <param name="isCut">Whether the text is the start of a longer one: a token may begin at its end.</param>
    public static string Apply(string text, string? token, bool isCut)
    {
        if (token is { Length: > 0 })
        {
            text = isCut ? WithoutTornEscape(text) : text;
            text = WithoutKnown(text, token, isCut);
            foreach (string part in PartsOf(token))
            {
                text = WithoutKnown(text, part, isCut);
            }
        }
        return WithoutJwts(text);
    }

    /// <summary>Whether a text has the token in it, or the signature that makes it one; other JWTs may well begin as it does.</summary>
    public static bool IsIn(string text, string token)
    {
        string last = token.Substring(token.LastIndexOf('.') + 1);
        string telling = last.Length >= ShortestPart ? last : token;
        return telling.Length > 0 && !ReferenceEquals(WithoutKnown(text, telling, isCut: false), text);
    }

    private static IEnumerable<string> PartsOf(string token) =>
        token.IndexOf('.') < 0 ? [] : token.Split('.').Where(static part => part.Length >= ShortestPart).Take(MostParts);

    private static string WithoutKnown(string text, string token, bool isCut)
    {
        int[] places = new int[text.Length];
        string read = Read(text, places);
        StringBuilder result = new(text.Length);
        int copied = 0;
        foreach ((int start, int end) in Find(read, Read(token, new int[token.Length]), isCut))
        {
            result.Append(text, copied, places[start] - copied).Append(Mask);
            copied = places[end - 1] + Next(text, places[end - 1]).Length;
        }
        return copied == 0 ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Where a token stands in a text, by Knuth, Morris and Pratt: no character is looked at more than twice.</summary>
    private static IEnumerable<(int Start, int End)> Find(string text, string token, bool isCut)
    {
        if (token.Length == 0)
        {
            yield break;
        }
        int[] fallbacks = new int[token.Length];
        for (int i = 1, matched = 0; i < token.Length; i++)
        {
            matched = Step(token, fallbacks, matched, token[i]);
            fallbacks[i] = matched;
        }
        int soFar = 0;
        for (int i = 0; i < text.Length; i++)
        {
            soFar = Step(token, fallbacks, soFar, text[i]);
            if (soFar == token.Length)
            {
                yield return (i + 1 - soFar, i + 1);
                soFar = 0;
            }
        }
        if (isCut && soFar >= ShortestStart)
        {
            yield return (text.Length - soFar, text.Length);
        }
    }

    private static int Step(string token, int[] fallbacks, int matched, char next)
    {
        while (matched > 0 && token[matched] != next)
        {
            matched = fallbacks[matched - 1];
        }
        return token[matched] == next ? matched + 1 : 0;
    }

    /// <summary>The text as it would be read in the end, in lower case, with the place that each character comes from.</summary>
    private static string Read(string text, int[] places)
    {
        StringBuilder read = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            (char c, int length) = Next(text, at);
            if (c != Nothing)
            {
                places[read.Length] = at;
                read.Append(char.ToLowerInvariant(c));
            }
            at += length;
        }
        return read.ToString();
    }

    /// <summary>The character that begins here, and how long it is; <see cref="Nothing"/> for what layout has put in between.</summary>
    private static (char Char, int Length) Next(string text, int at)
    {
        (char c, int length) = text[at] switch
        {
            '%' => Escape(text, at, prefix: 1, digits: 2),
            '\\' => Backslash(text, at),
            '&' => Entity(text, at),
            '<' => (Nothing, TagLength(text, at)),
            _ => (text[at], 1),
        };
        if (length == 0)
        {
            return (text[at], 1);
        }
        bool isLayout = char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
        return (isLayout ? Nothing : c, length);
    }

    private static (char, int) Backslash(string text, int at) =>
        at + 1 == text.Length ? default
        : text[at + 1] == 'u' ? Escape(text, at, prefix: 2, digits: 4)
        : text[at + 1] is 'n' or 'r' or 't' or 'b' or 'f' ? (Nothing, 2)
        : (text[at + 1], 2);

    private static (char, int) Entity(string text, int at)
    {
        int end = text.IndexOf(';', at, Math.Min(10, text.Length - at));
        if (end < at + 3 || text[at + 1] != '#')
        {
            return default;
        }
        bool isHex = text[at + 2] is 'x' or 'X';
        (char c, int length) = Escape(text, at, isHex ? 3 : 2, end - at - (isHex ? 3 : 2), isHex ? 16 : 10);
        return length == 0 ? default : (c, length + 1);
    }

    private static (char, int) Escape(string text, int at, int prefix, int digits, int radix = 16)
    {
        int code = 0;
        for (int i = at + prefix; i < at + prefix + digits; i++)
        {
            int digit = i < text.Length ? "0123456789abcdef".IndexOf((char)(text[i] | 0x20)) : -1;
            if (digit < 0 || digit >= radix || text[i] < '0')
            {
                return default;
            }
            code = (code * radix) + digit;
        }
        return digits == 0 || code > char.MaxValue ? default : ((char)code, prefix + digits);
    }

    private static int TagLength(string text, int at)
    {
        if (at + 1 == text.Length || !PlainText.IsTagStart(text[at + 1]))
        {
            return 0;
        }
        return text.IndexOf('>', at, Math.Min(LongestTag, text.Length - at)) + 1 - at is > 0 and var length ? length : 0;
    }

    /// <summary>Half an escape or tag at the end of a cut text would hide that a token has begun before it.</summary>
    private static string WithoutTornEscape(string text)
    {
        text = text.TrimEnd('\uFFFD'); // half of a UTF-8 character
        int escape = text.LastIndexOfAny(['\\', '%', '&']);
        text = escape >= 0 && escape > text.Length - 10 ? text.Remove(escape) : text;
        int tag = text.LastIndexOf('<');
        return tag > text.Length - LongestTag && tag >= 0 && text.IndexOf('>', tag) < 0 ? text.Remove(tag) : text;
    }

    private static string WithoutJwts(string text)
    {
        StringBuilder? result = null;
        int copied = 0;
        for (int at = text.IndexOf('e'); at >= 0; at = at < text.Length ? text.IndexOf('e', at) : -1)
        {
            if (!IsJwt(text, at))
            {
                at++;
                continue;
            }
            int end = EndOfRun(text, at);
            (result ??= new StringBuilder(text.Length)).Append(text, copied, at - copied).Append(Mask);
            copied = at = end;
        }
        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>A JWT's header is a JSON object in Base64url: <c>eyJ</c> is <c>{"</c>, the others have white space in between.</summary>
    private static bool IsJwt(string text, int at)
    {
        if (string.CompareOrdinal(text, at, "eyJ", 0, 3) == 0)
        {
            return true;
        }
        bool mayBe =
            string.CompareOrdinal(text, at, "eyA", 0, 3) == 0
            || (string.CompareOrdinal(text, at, "ew", 0, 2) == 0 && at + 2 < text.Length && text[at + 2] is 'o' or '0' or 'k');
        // Not in the middle of a run, so that each is looked at once.
        return mayBe && (at == 0 || !IsOfRun(text[at - 1])) && HasHeader(text, at);
    }

    private static bool HasHeader(string text, int at)
    {
        const int Enough = 64;
        int length = 0;
        while (length < Enough && at + length < text.Length && IsBase64Url(text[at + length]))
        {
            length++;
        }
        bool endsInDot = length == Enough || (at + length < text.Length && text[at + length] == '.');
        if (!endsInDot || length < 8 || length % 4 == 1)
        {
            return false;
        }
        string base64 = text.Substring(at, length).Replace('-', '+').Replace('_', '/') + new string('=', (4 - (length % 4)) % 4);
        return Array.IndexOf(Convert.FromBase64String(base64), (byte)'"') >= 0;
    }

    private static int EndOfRun(string text, int at)
    {
        while (at < text.Length && IsOfRun(text[at]))
        {
            at++;
        }
        return at;
    }

    private static bool IsOfRun(char c) => char.IsLetterOrDigit(c) || c is '-' or '_' or '.';

    private static bool IsBase64Url(char c) => (c | 0x20) is >= 'a' and <= 'z' || c is (>= '0' and <= '9') or '-' or '_';
}
