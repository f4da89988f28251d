using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>Turns floats into little-endian 16-bit samples: rounded to the nearest (ties to even), saturated at full scale.</summary>
internal static class SampleWriter
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short ToInt16(float sample)
    {
        float scaled = sample * 32768f;
        if (scaled >= short.MaxValue)
        {
            return short.MaxValue;
        }
        if (scaled <= short.MinValue)
        {
            return short.MinValue;
        }
#if NETSTANDARD2_0
        return (short)Math.Round(scaled);
#else
        return (short)MathF.Round(scaled);
#endif
    }

    /// <summary>Writes samples as little-endian bytes. <paramref name="portable"/> takes the path that every CPU can run, also big-endian ones.</summary>
    public static void Write(ReadOnlySpan<short> samples, Span<byte> bytes, bool portable)
    {
        if (!portable)
        {
            MemoryMarshal.AsBytes(samples).CopyTo(bytes);
            return;
        }
        for (int i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.Slice(2 * i), samples[i]);
        }
    }

    /// <summary>Reads little-endian bytes as samples.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, Span<short> samples, bool portable)
    {
        if (!portable)
        {
            MemoryMarshal.Cast<byte, short>(bytes).CopyTo(samples);
            return;
        }
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.Slice(2 * i));
        }
    }
}
