using System.Buffers;
using System.Net;

namespace Ravatar.Client;

/// <summary>An answer's whole body in a pooled buffer, which goes back when the content is disposed (as its response is).</summary>
/// <param name="capacity">How much fits before it grows.</param>
internal sealed class PooledContent(int capacity) : HttpContent
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    /// <summary>The status it came with, whatever the body says.</summary>
    public required HttpStatusCode StatusOnTheWire { get; init; }

    /// <summary>Whether it may hold a token: nothing of it is then left in the pool.</summary>
    public required bool IsSecret { get; init; }

    /// <summary>The body, until disposal.</summary>
    public ReadOnlyMemory<byte> Memory => Buffer.AsMemory(0, _length);

    /// <summary>Where more of it goes.</summary>
    public ArraySegment<byte> Free => new(Buffer, _length, Buffer.Length - _length);

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(PooledContent));

    /// <summary>So much has come.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>Makes room: as much as is expected, but at most four times what has come.</summary>
    public void Grow(int expected)
    {
        long larger = Math.Min(_length * 4L, Math.Max(expected, _length * 2L));
        byte[] next = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(larger, 16), int.MaxValue / 2));
        Memory.CopyTo(next);
        ArrayPool<byte>.Shared.Return(Buffer, clearArray: IsSecret);
        _buffer = next;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(Buffer, 0, _length, CancellationToken.None);

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: IsSecret);
        }
        base.Dispose(disposing);
    }
}
