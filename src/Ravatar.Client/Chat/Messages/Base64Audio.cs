using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Audio inside a JSON string: raw Base64 or a whole <c>data:</c> URL (RFC 2397), decoded straight from the UTF-8.</summary>
internal readonly struct Base64Audio
{
    private Base64Audio(byte[] data, string? mediaType) => (Data, MediaType) = (data, mediaType);

    public ReadOnlyMemory<byte> Data { get; }

    public string? MediaType { get; }

    public bool Present => !Data.IsEmpty;

    /// <summary>Reads the value the reader is on; what is no Base64 is no audio.</summary>
    public static Base64Audio Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return default;
        }
        if (!reader.ValueIsEscaped)
        {
            return Decode(reader.ValueSpan);
        }
        // Escapes ("\/") are rare; a rented copy undoes them.
        byte[] unescaped = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return Decode(unescaped.AsSpan(0, reader.CopyString(unescaped)));
        }
        catch (InvalidOperationException)
        {
            return default; // half a surrogate pair: no text, so no audio, but no reason to lose the message
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }

    private static Base64Audio Decode(ReadOnlySpan<byte> text)
    {
        string? mediaType = null;
        if (text.StartsWith("data:"u8))
        {
            int comma = text.IndexOf((byte)',');
            if (comma < 0)
            {
                return default;
            }
            mediaType = MediaTypeOf(text.Slice(5, comma - 5));
            text = text.Slice(comma + 1);
        }
        return text.IndexOfAny(" \t\r\n"u8) < 0 ? DecodeLine(text, mediaType) : DecodeLines(text, mediaType);
    }

    /// <summary>MIME writers break lines. Not every target's decoder passes over that, so none gets to see it.</summary>
    private static Base64Audio DecodeLines(ReadOnlySpan<byte> text, string? mediaType)
    {
        byte[] line = ArrayPool<byte>.Shared.Rent(text.Length);
        int length = 0;
        foreach (byte character in text)
        {
            if (character is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                line[length++] = character;
            }
        }
        Base64Audio audio = DecodeLine(line.AsSpan(0, length), mediaType);
        ArrayPool<byte>.Shared.Return(line);
        return audio;
    }

    private static Base64Audio DecodeLine(ReadOnlySpan<byte> text, string? mediaType)
    {
        int padding = Padding(text.Length);
        return padding < 0 ? default : DecodeBase64(text, padding, mediaType);
    }

    private static Base64Audio DecodeBase64(ReadOnlySpan<byte> text, int padding, string? mediaType)
    {
        if (text.IsEmpty)
        {
            return default;
        }
        // Whole groups straight into their place; an unpadded last group by way of a small copy.
        int whole = padding == 0 ? text.Length : text.Length - (text.Length % 4);
        byte[] data = new byte[DecodedLength(text.Slice(0, whole)) + (padding == 0 ? 0 : 3 - padding)];
        int written = 0;
        if (whole > 0 && Base64.DecodeFromUtf8(text.Slice(0, whole), data, out _, out written, padding == 0) != OperationStatus.Done)
        {
            return default;
        }
        if (padding > 0)
        {
            Span<byte> last = [(byte)'=', (byte)'=', (byte)'=', (byte)'='];
            text.Slice(whole).CopyTo(last);
            if (Base64.DecodeFromUtf8(last, data.AsSpan(written), out _, out int more) != OperationStatus.Done)
            {
                return default;
            }
            written += more;
        }
        return written == data.Length ? new(data, mediaType) : new(data.AsSpan(0, written).ToArray(), mediaType);
    }

    /// <summary>How many '=' an unpadded text lacks; -1 when no padding would make it Base64.</summary>
    private static int Padding(int length) =>
        (length % 4) switch
        {
            0 => 0,
            2 => 2,
            3 => 1,
            _ => -1,
        };

    private static int DecodedLength(ReadOnlySpan<byte> text)
    {
        int length = text.Length / 4 * 3;
        if (length > 0 && text[text.Length - 1] == '=')
        {
            length -= text[text.Length - 2] == '=' ? 2 : 1;
        }
        return length;
    }

    private static string? MediaTypeOf(ReadOnlySpan<byte> header)
    {
        string text = Encoding.ASCII.GetString(header.Slice(0, Math.Min(header.Length, 100)).ToArray());
        int end = text.IndexOf(';');
        text = end < 0 ? text : text.Substring(0, end);
        return text.Length == 0 ? null : text;
    }
}
