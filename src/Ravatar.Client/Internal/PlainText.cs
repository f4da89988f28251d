using System.Net;
using System.Text;

namespace Ravatar.Client;

/// <summary>Makes one readable line of what a server or proxy wrote: no markup, no control characters, nothing that looks like a token.</summary>
internal static class PlainText
{
    // What one entry of a log may take.
    private const int LongestShown = 8 * 1024;

    // What is read for one entry: it has to hold a longest token behind what is shown, in a guise that makes each character six.
    private const int LongestRead = 128 * 1024;

    /// <summary>The text without tags, scripts and styles, entities decoded, white space and control characters as single spaces, tokens masked.</summary>
    /// <param name="text">What somebody wrote.</param>
    /// <param name="token">The token that is known, whatever it looks like.</param>
    /// <param name="isCut">Whether the text is the start of a longer one.</param>
    public static string From(string text, string? token = null, bool isCut = false)
    {
        // Once as it came, as a token may be broken over lines, and once more for what has come to light.
        string masked = TokenMask.Apply(text, token, isCut);
        string plain = masked.IndexOf('<') < 0 ? masked : WebUtility.HtmlDecode(WithoutMarkup(masked));
        return TokenMask.Apply(Collapse(plain), token, isCut);
    }

    /// <summary>Such a line, cut where it is longer.</summary>
    public static string Line(string text, string? token, int longest)
    {
        bool isCut = text.Length > LongestRead;
        return Cut(From(isCut ? text.Remove(LongestRead) : text, token, isCut), longest);
    }

    /// <summary>A text that is masked already, with an ellipsis where it ends early.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }
        int end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return text.Remove(end) + "…";
    }

    /// <summary>The text with tokens masked, and then cut: a cut must not leave a part of a token that the mask no longer knows.</summary>
    public static string Shortened(string text, string? token = null)
    {
        bool isCut = text.Length > LongestRead;
        string masked = TokenMask.Apply(isCut ? text.Remove(LongestRead) : text, token, isCut);
        if (masked.Length <= LongestShown && !isCut)
        {
            return masked;
        }
        string shown = masked.Length > LongestShown ? masked.Remove(LongestShown) : masked;
        int more = masked.Length - shown.Length + (isCut ? text.Length - LongestRead : 0);
        return shown + FormattableString.Invariant($"… ({more} characters more)");
    }

    /// <summary>The text with a mask over whatever looks like a JWT, and over this token, whatever it looks like.</summary>
    public static string Masked(string text, string? token = null) => TokenMask.Apply(text, token, isCut: false);

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

    /// <summary>Whether a <c>&lt;</c> before this is the start of a tag.</summary>
    public static bool IsTagStart(char next) => next is '/' or '!' or '?' || (next | 0x20) is >= 'a' and <= 'z';

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
}
