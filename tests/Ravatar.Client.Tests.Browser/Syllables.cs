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

    /// <summary>A WAV file: 48 kHz, mono, 16-bit.</summary>
    public static byte[] ToWav()
    {
        byte[] samples = new byte[Rate * Seconds * 2];
        for (int i = 0; i < Rate * Spoken; i++)
        {
            double time = (double)i / Rate;
            double open = Math.Sin(Math.PI * (time % Syllable / Syllable));
            double voice = Enumerable.Range(1, 12).Sum(n => Math.Sin(2 * Math.PI * n * Pitch * time) / n);
            BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(i * 2), (short)(9_000 * open * open * voice));
        }
        using MemoryStream file = new();
        WavEncoder encoder = new(file, new AudioFormat(Rate, 1, AudioEncoding.Int16));
        encoder.Write(samples);
        encoder.Finish();
        return file.ToArray();
    }
}
