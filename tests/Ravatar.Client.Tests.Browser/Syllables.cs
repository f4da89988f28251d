using System.Buffers.Binary;

namespace Ravatar.Client.Tests;

/// <summary>Something like speech: six syllables of a voice in 1.8 s, then a pause.</summary>
internal static class Syllables
{
    private const int Rate = 48_000;
    private const int Seconds = 5;
    private const double Spoken = 1.8;
    private const double Syllable = 0.3;
    private const double Pitch = 140;
    private const int HeaderBytes = 44;

    /// <summary>A WAV file: 48 kHz, mono, 16-bit.</summary>
    public static byte[] ToWav()
    {
        byte[] file = new byte[HeaderBytes + (Rate * Seconds * 2)];
        WriteHeader(file);
        for (int i = 0; i < Rate * Spoken; i++)
        {
            double time = (double)i / Rate;
            double open = Math.Sin(Math.PI * (time % Syllable / Syllable));
            double voice = Enumerable.Range(1, 12).Sum(n => Math.Sin(2 * Math.PI * n * Pitch * time) / n);
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(HeaderBytes + (i * 2)), (short)(9_000 * open * open * voice));
        }
        return file;
    }

    private static void WriteHeader(Span<byte> file)
    {
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file[4..], file.Length - 8);
        "WAVEfmt "u8.CopyTo(file[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(file[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(file[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(file[24..], Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file[28..], Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(file[34..], 16);
        "data"u8.CopyTo(file[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(file[40..], file.Length - HeaderBytes);
    }
}
