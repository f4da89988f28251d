using System.Buffers.Binary;

namespace Ravatar.Client.Testing;

/// <summary>Looks at recordings: WAV is read as far as its format and sizes, of WebM only the signature.</summary>
internal static class VoiceFile
{
    /// <summary>What is wrong with a recording; nothing if it is one the service takes.</summary>
    public static string? Judge(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
        {
            return null;
        }

        if (file.Length < 12 || !file.StartsWith("RIFF"u8) || !file[8..].StartsWith("WAVE"u8))
        {
            return "is neither WAV nor WebM";
        }

        var format = Chunk(file, "fmt "u8);
        if (format.Length < 16)
        {
            return "is a WAV file without a format";
        }

        var channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        if (channels != 1 || rate != 16_000)
        {
            return $"is a WAV file of {rate} Hz and {channels} channels; it must be 16000 Hz and mono";
        }

        var sizes = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) == file.Length - 8 && !Chunk(file, "data"u8).IsEmpty;
        return sizes ? null : "is a WAV file whose sizes do not fit its length, or without audio";
    }

    /// <summary>How long the audio of a WAV file is; zero for anything else.</summary>
    public static TimeSpan Duration(ReadOnlySpan<byte> file)
    {
        var format = Chunk(file, "fmt "u8);
        var bytesPerSecond = format.Length >= 16 ? BinaryPrimitives.ReadUInt32LittleEndian(format[8..]) : 0;
        return bytesPerSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)Chunk(file, "data"u8).Length / bytesPerSecond);
    }

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        long at = 12;
        while (at + 8 <= file.Length)
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(file[(int)(at + 4)..]);
            if (file[(int)at..].StartsWith(name))
            {
                return at + 8 + length <= file.Length ? file.Slice((int)at + 8, (int)length) : default;
            }

            at += 8 + length + (length & 1);
        }

        return default;
    }
}
