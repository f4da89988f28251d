using System.Buffers;
#if NETSTANDARD2_0
using System.Runtime.InteropServices;
#endif

namespace Ravatar.Client;

/// <summary>Reading and writing streams by memory, on every target.</summary>
internal static class StreamReading
{
    public static ValueTask<int> ReadMemoryAsync(this Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
#if NETSTANDARD2_0
        return MemoryMarshal.TryGetArray<byte>(buffer, out ArraySegment<byte> array)
            ? new ValueTask<int>(stream.ReadAsync(array.Array!, array.Offset, array.Count, cancellationToken))
            : ReadCopyAsync(stream, buffer, cancellationToken);
#else
        return stream.ReadAsync(buffer, cancellationToken);
#endif
    }

    public static void WriteSpan(this Stream stream, ReadOnlySpan<byte> bytes)
    {
#if NETSTANDARD2_0
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, Math.Min(bytes.Length, 65_536)));
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, rented.Length);
            bytes.Slice(0, count).CopyTo(rented);
            stream.Write(rented, 0, count);
            bytes = bytes.Slice(count);
        }
        ArrayPool<byte>.Shared.Return(rented);
#else
        stream.Write(bytes);
#endif
    }

    /// <summary>Fills the buffer unless the stream ends first.</summary>
    /// <returns>The bytes read: fewer than asked for only at the end.</returns>
    public static async ValueTask<int> ReadUpToAsync(this Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = await stream.ReadMemoryAsync(buffer.Slice(total), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }
            total += read;
        }
        return total;
    }

    /// <summary>Reads and drops so many bytes.</summary>
    /// <returns>Whether there were that many.</returns>
    public static async ValueTask<bool> SkipAsync(this Stream stream, long count, CancellationToken cancellationToken)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (count > 0)
            {
                int wanted = (int)Math.Min(count, rented.Length);
                int read = await stream.ReadMemoryAsync(rented.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return false;
                }
                count -= read;
            }
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

#if NETSTANDARD2_0
    private static async ValueTask<int> ReadCopyAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, Math.Min(buffer.Length, 65_536)));
        try
        {
            int wanted = Math.Min(buffer.Length, rented.Length);
            int read = await stream.ReadAsync(rented, 0, wanted, cancellationToken).ConfigureAwait(false);
            rented.AsSpan(0, read).CopyTo(buffer.Span);
            return read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
#endif
}
