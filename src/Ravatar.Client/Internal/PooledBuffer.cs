using System.Buffers;

namespace Ravatar.Client;

/// <summary>A growing buffer on rented memory, with one owner, who disposes it.</summary>
internal sealed class PooledBuffer(int initialCapacity) : IBufferWriter<byte>, IDisposable
{
    private byte[] _array = ArrayPool<byte>.Shared.Rent(Math.Max(initialCapacity, 16));

    /// <summary>How many bytes it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes fit before it must grow.</summary>
    public int Free => _array.Length - Count;

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Count);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Count);

    public void Clear() => Count = 0;

    public void Advance(int count) => Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(Count);
    }

    public byte[] ToArray() => Span.ToArray();

    public void Dispose()
    {
        byte[] array = _array;
        _array = [];
        Count = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Reserve(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (needed <= Free)
        {
            return;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(Count + needed, Math.Max(_array.Length, 16) * 2)));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
