using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Audio inside a JSON string: raw Base64 or a whole <c>data:</c> URL (RFC 2397), decoded straight from the UTF-8.</summary>
internal readonly struct Base64Audio
{
    // Enough for a media type.
    private const int LongestHeader = 100;

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
        return reader.ValueIsEscaped ? DecodeEscaped(new JsonCharacters(reader.ValueSpan)) : Decode(reader.ValueSpan);
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
        return text.IndexOf((byte)' ') < 0 ? DecodeLine(text, mediaType) : DecodePieces(new JsonCharacters(text), mediaType);
    }

    private static Base64Audio DecodeEscaped(JsonCharacters text)
    {
        JsonCharacters start = text;
        foreach (byte expected in "data:"u8)
        {
            if (!start.TryRead(out byte found) || found != expected)
            {
                return DecodePieces(text, mediaType: null);
            }
        }
        Span<byte> header = stackalloc byte[LongestHeader];
        int length = 0;
        while (start.TryRead(out byte character))
        {
            if (character == ',')
            {
                return DecodePieces(start, MediaTypeOf(header.Slice(0, length)));
            }
            if (length < header.Length)
            {
                header[length++] = character;
            }
        }
        return default;
    }

    /// <summary>
    /// With escapes (many writers escape '/', .NET's own '+') or in lines, as MIME writers break them: a piece at a time, as a copy without them would be
    /// as long as the message.
    /// </summary>
    private static Base64Audio DecodePieces(JsonCharacters text, string? mediaType)
    {
        Span<byte> piece = stackalloc byte[4096]; // whole groups of four
        int length = Measure(text, piece, out int padded);
        int missing = Padding(length);
        if (length == 0 || missing < 0 || missing + padded > 2)
        {
            return default;
        }
        byte[] data = new byte[((length + missing) / 4 * 3) - missing - padded];
        int written = 0;
        for (int left = length; left > 0; )
        {
            int count = text.ReadVisible(piece);
            left -= count;
            if (left == 0)
            {
                piece.Slice(count, missing).Fill((byte)'=');
                count += missing;
            }
            if (!TryDecode(piece.Slice(0, count), data.AsSpan(written), left == 0, out int more))
            {
                return default;
            }
            written += more;
        }
        return new(data, mediaType);
    }

    /// <summary>How many characters there are, and with how many '=' they end.</summary>
    private static int Measure(JsonCharacters text, Span<byte> piece, out int padded)
    {
        int length = 0;
        padded = 0;
        while (text.ReadVisible(piece) is > 0 and var count)
        {
            length += count;
            int end = count;
            while (end > 0 && piece[end - 1] == '=')
            {
                end--;
            }
            padded = end > 0 ? count - end : padded + count;
        }
        return length;
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
        if (whole > 0 && !TryDecode(text.Slice(0, whole), data, padding == 0, out written))
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

    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> data, bool isLast, out int written) =>
        IsDecoded(Base64.DecodeFromUtf8(text, data, out int read, out written, isLast), isLast, read, text.Length);

    /// <summary>Whether all of it was. On .NET Framework and Mono the decoder asks for more even after whole groups, where more is to come.</summary>
    internal static bool IsDecoded(OperationStatus status, bool isLast, int read, int length) =>
        read == length && (status == OperationStatus.Done || (status == OperationStatus.NeedMoreData && !isLast));

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
        string text = Encoding.ASCII.GetString(header.Slice(0, Math.Min(header.Length, LongestHeader)).ToArray());
        int end = text.IndexOf(';');
        text = end < 0 ? text : text.Substring(0, end);
        return text.Length == 0 ? null : text;
    }
}
