using System.Buffers.Binary;

namespace Ravatar.Client.Tests;

/// <summary>Test signals and what can be measured on them, in double precision and independent of the code under test.</summary>
internal static class Signal
{
    public static double[] Tone(int rate, double frequency, double amplitude, double seconds) =>
        Sample(rate, seconds, t => amplitude * Math.Sin(2 * Math.PI * frequency * t));

    /// <summary>A sine whose frequency grows linearly.</summary>
    public static double[] Chirp(int rate, double from, double to, double amplitude, double seconds) =>
        Sample(rate, seconds, t => amplitude * Math.Sin(2 * Math.PI * ((from * t) + ((to - from) * t * t / (2 * seconds)))));

    public static double[] Noise(int count, double amplitude, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => amplitude * ((2 * random.NextDouble()) - 1))];
    }

    /// <summary>The signal on every channel, as bytes of the format.</summary>
    public static byte[] Encode(double[] signal, AudioFormat format)
    {
        var bytes = new byte[signal.Length * format.BytesPerFrame];
        int at = 0;
        foreach (double x in signal)
        {
            for (int c = 0; c < format.Channels; c++, at += format.BytesPerSample)
            {
                Encode(x, format.Encoding, bytes.AsSpan(at));
            }
        }
        return bytes;
    }

    public static short[] Decode(ReadOnlySpan<byte> pcm)
    {
        var samples = new short[pcm.Length / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(pcm.Slice(2 * i));
        }
        return samples;
    }

    /// <summary>Everything at once through a converter, tail included.</summary>
    public static byte[] Convert(byte[] input, AudioFormat format, bool portable = false)
    {
        var converter = new PcmConverter(format, portable);
        var output = new byte[converter.GetMaxOutputBytes(input.Length) + converter.GetMaxOutputBytes(0)];
        int written = converter.Convert(input, output);
        written += converter.Flush(output.AsSpan(written));
        return output.AsSpan(0, written).ToArray();
    }

    /// <summary>The least-squares sine of one frequency in a signal: its amplitude (full scale 1), and what is left in decibels below it.</summary>
    public static (double Amplitude, double SignalToNoise) Fit(ReadOnlySpan<short> samples, int rate, double frequency)
    {
        double cc = 0,
            ss = 0,
            cs = 0,
            xc = 0,
            xs = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (double s, double c) = Math.SinCos(2 * Math.PI * frequency * i / rate);
            double x = samples[i] / 32768.0;
            cc += c * c;
            ss += s * s;
            cs += c * s;
            xc += x * c;
            xs += x * s;
        }
        double determinant = (cc * ss) - (cs * cs);
        double a = ((xc * ss) - (xs * cs)) / determinant;
        double b = ((xs * cc) - (xc * cs)) / determinant;
        double signal = 0,
            noise = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (double s, double c) = Math.SinCos(2 * Math.PI * frequency * i / rate);
            double fit = (a * c) + (b * s);
            double rest = (samples[i] / 32768.0) - fit;
            signal += fit * fit;
            noise += rest * rest;
        }
        return (Math.Sqrt((a * a) + (b * b)), 10 * Math.Log10(signal / noise));
    }

    /// <summary>The middle of a conversion, where neither end's silence reaches.</summary>
    public static short[] Middle(byte[] pcm)
    {
        short[] samples = Decode(pcm);
        return samples.AsSpan(400, samples.Length - 800).ToArray();
    }

    public static double Decibels(double ratio) => 20 * Math.Log10(Math.Max(ratio, 1e-12));

    private static double[] Sample(int rate, double seconds, Func<double, double> at) =>
        [.. Enumerable.Range(0, (int)Math.Round(rate * seconds)).Select(i => at((double)i / rate))];

    private static void Encode(double x, AudioEncoding encoding, Span<byte> to)
    {
        switch (encoding)
        {
            case AudioEncoding.UInt8:
                to[0] = (byte)Math.Clamp(Math.Round(x * 128) + 128, 0, 255);
                break;
            case AudioEncoding.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(to, (short)Math.Clamp(Math.Round(x * 32768), -32768, 32767));
                break;
            case AudioEncoding.Int24:
                int wide = (int)Math.Clamp(Math.Round(x * 8388608), -8388608, 8388607);
                to[0] = (byte)wide;
                to[1] = (byte)(wide >> 8);
                to[2] = (byte)(wide >> 16);
                break;
            case AudioEncoding.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(to, (int)Math.Clamp(Math.Round(x * 2147483648), int.MinValue, int.MaxValue));
                break;
            default:
                BinaryPrimitives.WriteSingleLittleEndian(to, (float)x);
                break;
        }
    }
}
