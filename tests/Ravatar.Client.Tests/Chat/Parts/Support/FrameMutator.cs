namespace Ravatar.Client.Tests;

/// <summary>Damages a frame the way networks, proxies and mistakes do; the same seed, the same damage.</summary>
internal static class FrameMutator
{
    /// <summary>What breaks JSON readers oftenest.</summary>
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "\\ud800",
            "\\u0000",
            "1e999",
            "-",
            "\"type\":",
            "\"audio_base64\":\"\\/",
            "\0",
            "\uFEFF",
        }.Select(Frames.Utf8),
        [0xFF],
        [0xC3],
        [0xF0, 0x9F],
    ];

    /// <summary>One to four mutations of <paramref name="frame"/>; <paramref name="other"/> is what it may be spliced with.</summary>
    public static byte[] Mutate(byte[] frame, byte[] other, Random random)
    {
        List<byte> bytes = [.. frame];
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            MutateOnce(bytes, other, random);
        }
        return [.. bytes];
    }

    private static void MutateOnce(List<byte> bytes, byte[] other, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(random.Next(other.Length)));
                break;
            case 3:
                int length = random.Next(bytes.Count - at + 1);
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
            case 5:
                bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at + 1)));
                break;
            case 6 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
        }
    }
}
