using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>
/// The inner loop of the resampler. The order of summation is fixed: 32 running sums, then one tree. Vector hardware of any width and the
/// plain loop therefore give the same bits, and a recording converts to the same bytes on every machine. (No fused multiply-add for the
/// same reason; loads, not arithmetic, bound this loop.)
/// </summary>
internal static class DotProduct
{
    /// <summary>The number of running sums: lengths are multiples of it.</summary>
    public const int Lanes = 32;

    public static float Compute(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (Vector.IsHardwareAccelerated && Vector<float>.Count == 8)
        {
            return ComputeWide(a, b);
        }
        return Vector.IsHardwareAccelerated ? ComputeNarrow(a, b) : ComputeScalar(a, b);
    }

    private static float ComputeWide(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref byte x = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(a));
        ref byte y = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(b));
        Vector<float> s0 = default,
            s1 = default,
            s2 = default,
            s3 = default;
        int bytes = Math.Min(a.Length, b.Length) / Lanes * Lanes * sizeof(float);
        for (int i = 0; i < bytes; i += 128)
        {
            s0 += Load(ref x, i) * Load(ref y, i);
            s1 += Load(ref x, i + 32) * Load(ref y, i + 32);
            s2 += Load(ref x, i + 64) * Load(ref y, i + 64);
            s3 += Load(ref x, i + 96) * Load(ref y, i + 96);
        }
        Vector<float> s = (s0 + s1) + (s2 + s3);
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }

    /// <summary>The same sum in vectors of four.</summary>
    internal static float ComputeNarrow(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref byte x = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(a));
        ref byte y = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(b));
        Vector4 s0 = default,
            s1 = default,
            s2 = default,
            s3 = default,
            s4 = default,
            s5 = default,
            s6 = default,
            s7 = default;
        int bytes = Math.Min(a.Length, b.Length) / Lanes * Lanes * sizeof(float);
        for (int i = 0; i < bytes; i += 128)
        {
            s0 += Load4(ref x, i) * Load4(ref y, i);
            s1 += Load4(ref x, i + 16) * Load4(ref y, i + 16);
            s2 += Load4(ref x, i + 32) * Load4(ref y, i + 32);
            s3 += Load4(ref x, i + 48) * Load4(ref y, i + 48);
            s4 += Load4(ref x, i + 64) * Load4(ref y, i + 64);
            s5 += Load4(ref x, i + 80) * Load4(ref y, i + 80);
            s6 += Load4(ref x, i + 96) * Load4(ref y, i + 96);
            s7 += Load4(ref x, i + 112) * Load4(ref y, i + 112);
        }
        Vector4 low = (s0 + s2) + (s4 + s6);
        Vector4 high = (s1 + s3) + (s5 + s7);
        Vector4 s = low + high;
        return (s.X + s.Z) + (s.Y + s.W);
    }

    /// <summary>The same sum without vector hardware.</summary>
    internal static float ComputeScalar(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Span<float> s = stackalloc float[Lanes];
        s.Clear();
        int length = Math.Min(a.Length, b.Length) / Lanes * Lanes;
        for (int i = 0; i < length; i += Lanes)
        {
            for (int k = 0; k < Lanes; k++)
            {
                s[k] += a[i + k] * b[i + k];
            }
        }
        for (int k = 0; k < 8; k++)
        {
            s[k] = (s[k] + s[k + 8]) + (s[k + 16] + s[k + 24]);
        }
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ref byte start, int offset) =>
        Unsafe.ReadUnaligned<Vector<float>>(ref Unsafe.AddByteOffset(ref start, (IntPtr)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector4 Load4(ref byte start, int offset) =>
        Unsafe.ReadUnaligned<Vector4>(ref Unsafe.AddByteOffset(ref start, (IntPtr)offset));
}
