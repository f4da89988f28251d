using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>The text of JSON tokens that the reader itself would not give.</summary>
internal static class JsonText
{
    /// <summary>A number token as it was written.</summary>
    public static string Ascii(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> span = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return Encoding.ASCII.GetString(span.ToArray());
    }

    /// <summary>Unescapes what is between a string's quotes; invalid UTF-8 and lone surrogates become U+FFFD.</summary>
    public static string Lenient(ReadOnlySpan<byte> escaped)
    {
        string text = Encoding.UTF8.GetString(escaped.ToArray());
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not '\\' || i + 1 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            i++;
            if (text[i] is 'u' && i + 4 < text.Length && TryHex(text, i + 1, out char unit))
            {
                result.Append(unit);
                i += 4;
                continue;
            }
            result.Append(
                text[i] switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    char other => other,
                }
            );
        }
        return ReplaceLoneSurrogates(result);
    }

    private static bool TryHex(string text, int at, out char unit)
    {
        int value = 0;
        for (int i = at; i < at + 4; i++)
        {
            int digit = text[i] switch
            {
                >= '0' and <= '9' => text[i] - '0',
                >= 'a' and <= 'f' => text[i] - 'a' + 10,
                >= 'A' and <= 'F' => text[i] - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                unit = default;
                return false;
            }
            value = (value << 4) | digit;
        }
        unit = (char)value;
        return true;
    }

    private static string ReplaceLoneSurrogates(StringBuilder text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }
        return text.ToString();
    }
}
