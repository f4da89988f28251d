using System.Buffers;
using System.Runtime.InteropServices;
using Xunit;

namespace Ravatar.Client.Tests;

public class PooledBufferTests
{
    [Theory]
    [InlineData(16, 1)]
    [InlineData(4096, 7)]
    [InlineData(1 << 20, 1)]
    [InlineData(3_000_000, 1)]
    public void What_is_written_in_odd_pieces_comes_out_whole_however_it_grew(int initial, int seed)
    {
        byte[] expected = new byte[3_000_001];
        Random random = new(seed);
        random.NextBytes(expected);
        using PooledBuffer buffer = new(initial);
        int written = 0;
        while (written < expected.Length)
        {
            int wanted = Math.Min(random.Next(1, 100_000), expected.Length - written);
            Memory<byte> free = buffer.GetMemory(wanted);
            Assert.True(free.Length >= wanted);
            Assert.Equal((free.Length, free.Length + buffer.Count), (buffer.Free, buffer.Capacity));
            expected.AsSpan(written, wanted).CopyTo(free.Span);
            buffer.Advance(wanted);
            written += wanted;
            Assert.Equal(written, buffer.Count);
        }
        Assert.True(buffer.Span.SequenceEqual(expected));
        Assert.True(buffer.Memory.Span.SequenceEqual(expected));
        Assert.True(buffer.ToArray().AsSpan().SequenceEqual(expected));
    }

    [Fact]
    public void Cleared_it_keeps_its_memory_and_holds_nothing()
    {
        using PooledBuffer buffer = new(16);
        buffer.GetSpan(2_000_000);
        buffer.Advance(1_500_000);
        int capacity = buffer.Capacity;
        buffer.Clear();
        Assert.Equal((0, capacity, capacity), (buffer.Count, buffer.Free, buffer.Capacity));
        Assert.True(buffer.Memory.IsEmpty && buffer.Span.IsEmpty);
    }

    [Fact]
    public void Beyond_a_megabyte_it_is_outside_the_heap_and_gone_once_disposed()
    {
        PooledBuffer buffer = new(4096);
        buffer.GetSpan(1 << 20);
        buffer.Advance(1 << 20);
        Assert.True(MemoryMarshal.TryGetArray(buffer.Memory, out ArraySegment<byte> rented));
        buffer.GetSpan(1);
        buffer.Advance(1);
        ReadOnlyMemory<byte> large = buffer.Memory;
        Assert.Equal(Platform.HasNativeMemory, !MemoryMarshal.TryGetArray(large, out _));
        Assert.True(IsBackInThePool(rented.Array!));
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal((0, 0), (buffer.Count, buffer.Capacity));
        if (Platform.HasNativeMemory)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => large.Span.Length);
        }
    }

    [Fact]
    public void Disposed_twice_its_array_is_given_back_once()
    {
        PooledBuffer buffer = new(5000);
        buffer.GetSpan(1);
        buffer.Advance(1);
        Assert.True(MemoryMarshal.TryGetArray(buffer.Memory, out ArraySegment<byte> rented));
        buffer.Dispose();
        buffer.Dispose();
        byte[] first = ArrayPool<byte>.Shared.Rent(rented.Array!.Length);
        byte[] second = ArrayPool<byte>.Shared.Rent(rented.Array.Length);
        Assert.Same(rented.Array, first);
        Assert.NotSame(first, second);
        ArrayPool<byte>.Shared.Return(first);
        ArrayPool<byte>.Shared.Return(second);
    }

    [Fact]
    public void More_than_an_array_can_hold_is_refused()
    {
        using PooledBuffer buffer = new(16);
        buffer.Advance(1);
        Assert.Throws<OverflowException>(() => buffer.GetMemory(int.MaxValue));
    }

    /// <summary>The shared pool hands a thread first what the same thread gave back last.</summary>
    private static bool IsBackInThePool(byte[] array)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(array.Length);
        ArrayPool<byte>.Shared.Return(rented);
        return ReferenceEquals(rented, array);
    }
}
