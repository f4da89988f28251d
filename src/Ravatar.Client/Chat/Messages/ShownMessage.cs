using System.Globalization;
using System.Text;

namespace Ravatar.Client;

/// <summary>A message as the log shows it: Base64 as its length, no token, and not without end. What is no JSON is shown as well.</summary>
internal static class ShownMessage
{
    // Audio under a name that we do not know is shown as its length all the same; words and identifiers are shorter.
    private const int LongRun = 200;

    private static readonly byte[] s_dataUrl = ";base64,"u8.ToArray();
    private static readonly byte[][] s_audio =
    [
        "\"file_base64_data\""u8.ToArray(),
        "\"audio_base64_pcm\""u8.ToArray(),
        "\"audio_base64\""u8.ToArray(),
    ];

    /// <summary>The message's text.</summary>
    /// <param name="message">UTF-8, in part or as a whole.</param>
    /// <param name="token">The token of the connection, which a server may repeat.</param>
    public static string From(ReadOnlySpan<byte> message, string token)
    {
        StringBuilder shown = new();
        int at = 0;
        int copied = 0;
        while (at < message.Length)
        {
            int end = LooksLikeToken(message.Slice(at)) ? EndOfToken(message, at) : EndOfRun(message, at);
            if (end > at && IsAudio(message, at, end))
            {
                shown.Append(Text(message.Slice(copied, at - copied)));
                shown.AppendFormat(CultureInfo.InvariantCulture, "[{0} Base64 characters]", end - at);
                copied = end;
            }
            at = end + 1;
        }
        return PlainText.Shortened(shown.Append(Text(message.Slice(copied))).ToString(), token);
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
#if NETSTANDARD2_0
        return Encoding.UTF8.GetString(utf8.ToArray());
#else
        return Encoding.UTF8.GetString(utf8);
#endif
    }

    /// <summary>Where what could be Base64 in a JSON string ends; a backslash escapes <c>/</c> or <c>+</c>.</summary>
    private static int EndOfRun(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length && IsBase64(message[at]))
        {
            at++;
        }
        return at;
    }

    private static int EndOfToken(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length && (IsBase64(message[at]) || message[at] is (byte)'.' or (byte)'-' or (byte)'_'))
        {
            at++;
        }
        return at;
    }

    private static bool IsBase64(byte b) =>
        (b | 0x20) is >= (byte)'a' and <= (byte)'z'
        || b is (>= (byte)'0' and <= (byte)'9') or (byte)'+' or (byte)'/' or (byte)'=' or (byte)'\\';

    private static bool IsAudio(ReadOnlySpan<byte> message, int start, int end)
    {
        ReadOnlySpan<byte> before = message.Slice(0, start);
        if (before.EndsWith(s_dataUrl))
        {
            return true;
        }
        bool isWholeValue = end == message.Length || message[end] == (byte)'"';
        return isWholeValue && IsValueOfAudio(before) || (end - start >= LongRun && !LooksLikeToken(message.Slice(start)));
    }

    private static bool IsValueOfAudio(ReadOnlySpan<byte> before)
    {
        if (before.Length == 0 || before[before.Length - 1] != (byte)'"')
        {
            return false;
        }
        before = WithoutSpace(before.Slice(0, before.Length - 1));
        if (before.Length == 0 || before[before.Length - 1] != (byte)':')
        {
            return false;
        }
        before = WithoutSpace(before.Slice(0, before.Length - 1));
        foreach (byte[] name in s_audio)
        {
            if (before.EndsWith(name))
            {
                return true;
            }
        }
        return false;
    }

    private static ReadOnlySpan<byte> WithoutSpace(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && text[text.Length - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            text = text.Slice(0, text.Length - 1);
        }
        return text;
    }

    // Left for the mask, which knows where a token ends.
    private static bool LooksLikeToken(ReadOnlySpan<byte> run) => run.StartsWith("eyJ"u8);
}
