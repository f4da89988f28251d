using System.Buffers;

namespace Ravatar.Client;

/// <summary>
/// A growing buffer with one owner, who disposes it: on rented memory, and where the platform can, on memory outside the heap when it grows large.
/// </summary>
internal sealed class PooledBuffer(int initialCapacity) : IBufferWriter<byte>, IDisposable
{
#if NET8_0_OR_GREATER
    // Beyond it, doubling in the pool would hold the old half, the new half and what was left over before, all at once.
    private const int LargestRented = 1024 * 1024;

    private NativeBlock? _block;
#endif

    // Array.MaxLength, which not every target has.
    private const int LargestArray = 0x7FFFFFC7;

    private byte[] _array = ArrayPool<byte>.Shared.Rent(Math.Max(initialCapacity, 16));

    /// <summary>How many bytes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes it has taken up memory for.</summary>
    public int Capacity => Whole.Length;

    /// <summary>How many bytes fit before it must grow.</summary>
    public int Free => Whole.Length - Count;

    public ReadOnlySpan<byte> Span => Whole.Span.Slice(0, Count);

    public ReadOnlyMemory<byte> Memory => Whole.Slice(0, Count);

#if NET8_0_OR_GREATER
    private Memory<byte> Whole => _block?.Memory ?? _array;
#else
    private Memory<byte> Whole => _array;
#endif

    public void Clear() => Count = 0;

    public void Advance(int count) => Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Whole.Slice(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public byte[] ToArray() => Span.ToArray();

    public void Dispose()
    {
#if NET8_0_OR_GREATER
        (_block as IDisposable)?.Dispose();
        _block = null;
#endif
        Count = 0;
        ReturnArray();
    }

    private void Reserve(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (needed > Free)
        {
            int least = checked(Count + needed);
            Grow(Math.Max(least, (int)Math.Min(Math.Max(Whole.Length, 16) * 2L, LargestArray)));
        }
    }

    private void Grow(int length)
    {
#if NET8_0_OR_GREATER
        if (_block is not null)
        {
            _block.Grow(length);
            return;
        }
        if (length > LargestRented)
        {
            NativeBlock block = new(length);
            Span.CopyTo(block.GetSpan());
            ReturnArray();
            _block = block;
            return;
        }
#endif
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        Span.CopyTo(larger);
        ReturnArray();
        _array = larger;
    }

    private void ReturnArray()
    {
        byte[] array = _array;
        _array = [];
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
