using System.Buffers;
using System.Net;

namespace Ravatar.Client;

/// <summary>An answer's whole body in a pooled buffer, which goes back when the content is disposed (as its response is).</summary>
internal sealed class PooledContent : HttpContent
{
    private byte[]? _buffer;
    private readonly int _length;

    /// <param name="buffer">From <see cref="ArrayPool{T}.Shared"/>; owned from here on.</param>
    /// <param name="length">How much of it is the body.</param>
    public PooledContent(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    /// <summary>The body, until disposal.</summary>
    public ReadOnlyMemory<byte> Memory => (_buffer ?? throw new ObjectDisposedException(nameof(PooledContent))).AsMemory(0, _length);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] buffer = _buffer ?? throw new ObjectDisposedException(nameof(PooledContent));
        return stream.WriteAsync(buffer, 0, _length, CancellationToken.None);
    }

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
            ArrayPool<byte>.Shared.Return(buffer);
        }
        base.Dispose(disposing);
    }
}
