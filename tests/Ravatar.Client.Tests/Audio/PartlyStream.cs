using System.Threading.Channels;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A pipe whose other end a test holds: it gives what was fed, a part a read, and waits in between.</summary>
internal sealed class PartlyStream : ReadOnlyStream
{
    private readonly Channel<byte[]> _parts = Channel.CreateUnbounded<byte[]>();

    public PartlyStream(params byte[][] parts)
    {
        foreach (byte[] part in parts)
        {
            Feed(part);
        }
    }

    /// <summary>After its parts come zeros, without an end.</summary>
    public bool GoesOnWithZeros { get; init; }

    /// <summary>Whether a read can be cancelled: not so with many.</summary>
    public bool HeedsTokens { get; init; } = true;

    public bool IsClosed { get; private set; }

    public int CancelledReads { get; private set; }

    public void Feed(byte[] part) => Assert.True(_parts.Writer.TryWrite(part));

    public void End(Exception? error = null) => _parts.Writer.Complete(error);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (GoesOnWithZeros && !_parts.Reader.TryPeek(out _))
        {
            buffer.Span.Clear();
            return buffer.Length;
        }
        byte[] part;
        try
        {
            part = await _parts.Reader.ReadAsync(HeedsTokens ? cancellationToken : default);
        }
        catch (OperationCanceledException)
        {
            CancelledReads++;
            throw;
        }
        catch (ChannelClosedException e)
        {
            return e.InnerException == null ? 0 : throw e.InnerException;
        }
        Assert.True(part.Length <= buffer.Length, "A part must fit into one read.");
        part.CopyTo(buffer);
        return part.Length;
    }

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        base.Dispose(disposing);
    }
}
