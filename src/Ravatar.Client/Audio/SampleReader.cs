using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>Turns interleaved bytes of any <see cref="AudioFormat"/> into mono floats: the mean of the channels.</summary>
internal static class SampleReader
{
    // A sample beyond this is no audio; NaN and infinities would otherwise spread over a whole filter length.
    private const float Limit = 1e6f;

    /// <summary>Reads whole frames. <paramref name="portable"/> takes the path that every CPU can run, also big-endian ones.</summary>
    public static void ReadMono(AudioFormat format, ReadOnlySpan<byte> frames, Span<float> mono, bool portable)
    {
        if (!portable && format.Channels <= 2)
        {
            if (format.Encoding == AudioEncoding.Float32)
            {
                ReadFloats(MemoryMarshal.Cast<byte, float>(frames), mono, format.Channels);
                return;
            }
            if (format.Encoding == AudioEncoding.Int16)
            {
                ReadShorts(MemoryMarshal.Cast<byte, short>(frames), mono, format.Channels);
                return;
            }
        }
        ReadAny(format, frames, mono);
    }

    private static void ReadFloats(ReadOnlySpan<float> samples, Span<float> mono, int channels)
    {
        if (channels == 1)
        {
            for (int i = 0; i < mono.Length; i++)
            {
                mono[i] = Clean(samples[i]);
            }
            return;
        }
        samples = samples.Slice(0, mono.Length * 2);
        for (int i = 0; i < mono.Length; i++)
        {
            mono[i] = (Clean(samples[2 * i]) + Clean(samples[2 * i + 1])) * 0.5f;
        }
    }

    private static void ReadShorts(ReadOnlySpan<short> samples, Span<float> mono, int channels)
    {
        if (channels == 1)
        {
            for (int i = 0; i < mono.Length; i++)
            {
                mono[i] = samples[i] * (1f / 32768f);
            }
            return;
        }
        samples = samples.Slice(0, mono.Length * 2);
        for (int i = 0; i < mono.Length; i++)
        {
            mono[i] = (samples[2 * i] * (1f / 32768f) + samples[2 * i + 1] * (1f / 32768f)) * 0.5f;
        }
    }

    private static void ReadAny(AudioFormat format, ReadOnlySpan<byte> frames, Span<float> mono)
    {
        int channels = format.Channels;
        int width = format.BytesPerSample;
        float share = 1f / channels;
        for (int i = 0; i < mono.Length; i++)
        {
            float sum = 0;
            for (int c = 0; c < channels; c++)
            {
                sum += ReadSample(format.Encoding, frames.Slice(((i * channels) + c) * width, width));
            }
            mono[i] = sum * share;
        }
    }

    private static float ReadSample(AudioEncoding encoding, ReadOnlySpan<byte> sample)
    {
        switch (encoding)
        {
            case AudioEncoding.UInt8:
                return (sample[0] - 128) * (1f / 128f);
            case AudioEncoding.Int16:
                return BinaryPrimitives.ReadInt16LittleEndian(sample) * (1f / 32768f);
            case AudioEncoding.Int24:
                return ((sample[2] << 24) | (sample[1] << 16) | (sample[0] << 8)) * (1f / 2147483648f);
            case AudioEncoding.Int32:
                return BinaryPrimitives.ReadInt32LittleEndian(sample) * (1f / 2147483648f);
            default:
                int bits = BinaryPrimitives.ReadInt32LittleEndian(sample);
                return Clean(Unsafe.As<int, float>(ref bits));
        }
    }

    // The comparison is false for NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Clean(float sample) => Math.Abs(sample) <= Limit ? sample : 0;
}
