using System.Net;
using System.Text;

namespace Ravatar.Client;

/// <summary>Makes one readable line of what a server or proxy wrote: no markup, no control characters, nothing that looks like a token.</summary>
internal static class PlainText
{
    // What one entry of a log may take.
    private const int LongestShown = 8 * 1024;

    /// <summary>What stands in a token's place.</summary>
    public const string Mask = "[token]";

    /// <summary>The text without tags, scripts and styles, entities decoded, white space and control characters as single spaces, tokens masked.</summary>
    public static string From(string text, string? token = null) =>
        Masked(Collapse(text.IndexOf('<') < 0 ? text : WebUtility.HtmlDecode(WithoutMarkup(text))), token);

    /// <summary>The text with tokens masked, and then cut: a cut must not leave a part of a token that the mask no longer knows.</summary>
    public static string Shortened(string text, string? token = null)
    {
        string masked = Masked(text, token);
        return masked.Length <= LongestShown
            ? masked
            : string.Concat(
                masked.Substring(0, LongestShown),
                FormattableString.Invariant($"… ({masked.Length - LongestShown} characters more)")
            );
    }

    private static string WithoutMarkup(string text)
    {
        StringBuilder result = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] is not '<' || at + 1 >= text.Length || !IsTagStart(text[at + 1]))
            {
                result.Append(text[at++]);
                continue;
            }
            at = EndOfTag(text, at);
            result.Append(' ');
        }
        return result.ToString();
    }

    private static bool IsTagStart(char next) => next is '/' or '!' or '?' || (next | 0x20) is >= 'a' and <= 'z';

    // Behind the tag; behind the whole element where its content is not for people.
    private static int EndOfTag(string text, int at)
    {
        foreach (string name in (ReadOnlySpan<string>)["script", "style", "head"])
        {
            if (string.Compare(text, at + 1, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) != 0)
            {
                continue;
            }
            int next = at + 1 + name.Length;
            if (next < text.Length && char.IsLetter(text[next]))
            {
                continue;
            }
            int close = text.IndexOf("</" + name, next, StringComparison.OrdinalIgnoreCase);
            at = close < 0 ? text.Length - 1 : close;
            break;
        }
        int end = text.IndexOf('>', at);
        return end < 0 ? text.Length : end + 1;
    }

    private static string Collapse(string text)
    {
        StringBuilder result = new(text.Length);
        bool gap = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c is '\uFEFF')
            {
                gap = true;
                continue;
            }
            if (gap && result.Length > 0)
            {
                result.Append(' ');
            }
            gap = false;
            result.Append(c);
        }
        return result.ToString();
    }

    /// <summary>The text with a mask over whatever looks like a JWT, and over this token, whatever it looks like.</summary>
    /// <remarks>Every JWT starts with the Base64 of <c>{"</c>. A server that quotes the token it refuses must not make us print it.</remarks>
    public static string Masked(string text, string? token = null)
    {
        if (!string.IsNullOrEmpty(token))
        {
            // As it is, and as it stands in an address.
            text = text.Replace(token, Mask).Replace(Uri.EscapeDataString(token), Mask);
        }
        int at = text.IndexOf("eyJ", StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }
        StringBuilder result = new(text.Length);
        int copied = 0;
        for (; at >= 0; at = text.IndexOf("eyJ", at, StringComparison.Ordinal))
        {
            int end = at;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '_' or '.'))
            {
                end++;
            }
            result.Append(text, copied, at - copied).Append(Mask);
            copied = at = end;
        }
        return result.Append(text, copied, text.Length - copied).ToString();
    }
}
