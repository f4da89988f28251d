using System.Buffers.Binary;
using System.Text;

namespace Ravatar.Client.Testing;

/// <summary>Small pictures and sounds, made on the spot: equal names give equal bytes.</summary>
internal static class StandInMedia
{
    private const int Rate = 16_000;
    private const int HeaderBytes = 44;

    /// <summary>0.4 s of a soft tone, as a 16 kHz mono WAV file. Its pitch comes from the name.</summary>
    public static byte[] Tone(string name)
    {
        const int samples = Rate * 2 / 5;
        const int fade = Rate / 50;
        var hertz = 220 + (name.Sum(c => c) % 24 * 20);
        var file = new byte[HeaderBytes + (samples * 2)];
        WriteHeader(file);
        for (var i = 0; i < samples; i++)
        {
            var gain = 0.2 * Math.Min(1, Math.Min(i, samples - i) / (double)fade);
            var sample = (short)(gain * short.MaxValue * Math.Sin(2 * Math.PI * hertz * i / Rate));
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(HeaderBytes + (i * 2)), sample);
        }

        return file;
    }

    /// <summary>A disc, coloured by the name, with a letter.</summary>
    public static byte[] Picture(string name)
    {
        var hue = name.Sum(c => c) * 37 % 360;
        var letter = name.StartsWith("flag-", StringComparison.Ordinal) ? name[5..].Split('.')[0].ToUpperInvariant() : "R";
        return Encoding.UTF8.GetBytes(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="256" height="256">
            <circle cx="50" cy="50" r="50" fill="hsl({hue} 55% 45%)"/>
            <text x="50" y="54" font-family="sans-serif" font-size="40" fill="white" text-anchor="middle" dominant-baseline="middle">{letter}</text>
            </svg>
            """
        );
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
