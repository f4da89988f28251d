namespace Ravatar.Client.Tests;

/// <summary>Compares a recording with the file that was played.</summary>
internal static class Speech
{
    /// <summary>
    /// The correlation of a recording with the 48 kHz file that was played, at the shift where they fit best. The recording began at any of
    /// three 48 kHz samples within a 16 kHz one, so the file is converted from each of them.
    /// </summary>
    public static async Task<double> CorrelationAsync(string played, WavRecording recording)
    {
        await using WavAudioSource source = await WavAudioSource.OpenAsync(played);
        AudioFormat format = source.Format;
        byte[] data = await ReadBytesAsync(source);
        short[] recorded = Signal.Decode(recording.Pcm.Span);
        short[][] references =
        [
            .. Enumerable.Range(0, 3).Select(i => Signal.Decode(Signal.Convert(data.AsSpan(i * format.BytesPerFrame).ToArray(), format))),
        ];
        int shift = FindShift(references[0], recorded);
        return references.Max(r => Enumerable.Range(shift - 1, 3).Max(s => CorrelateAt(r, recorded, s)));
    }

    /// <summary>All samples of a 16-bit source.</summary>
    public static async Task<short[]> ReadAsync(IAudioSource source) => Signal.Decode(await ReadBytesAsync(source));

    private static async Task<byte[]> ReadBytesAsync(IAudioSource source)
    {
        await source.StartAsync();
        using var all = new MemoryStream();
        var buffer = new byte[65_536];
        while (await source.ReadAsync(buffer) is var read and > 0)
        {
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    /// <summary>How many samples later the recording has what the reference has: where their loudest 100 ms fit best.</summary>
    private static int FindShift(short[] reference, short[] recorded)
    {
        const int Probe = 1_600;
        int loudest = Enumerable.Range(0, (reference.Length / Probe) - 1).MaxBy(i => Power(reference.AsSpan(i * Probe, Probe))) * Probe;
        double best = -1;
        int shift = 0;
        for (int at = 0; at + Probe <= recorded.Length; at++)
        {
            double c = Correlate(reference.AsSpan(loudest, Probe), recorded.AsSpan(at, Probe));
            if (c > best)
            {
                best = c;
                shift = at - loudest;
            }
        }
        return shift;
    }

    /// <summary>The correlation where the recording has everything so many samples later than the reference.</summary>
    public static double CorrelateAt(short[] reference, short[] recorded, int shift)
    {
        int from = Math.Max(0, -shift);
        int length = Math.Min(reference.Length, recorded.Length - shift) - from;
        return length < reference.Length / 2 ? 0 : Correlate(reference.AsSpan(from, length), recorded.AsSpan(from + shift, length));
    }

    private static double Power(ReadOnlySpan<short> samples)
    {
        double sum = 0;
        foreach (short s in samples)
        {
            sum += (double)s * s;
        }
        return sum;
    }

    private static double Correlate(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        double ab = 0;
        double aa = 1e-9;
        double bb = 1e-9;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i];
            double y = b[i];
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        return ab / Math.Sqrt(aa * bb);
    }
}
