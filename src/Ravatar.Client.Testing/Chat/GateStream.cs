namespace Ravatar.Client.Testing;

/// <summary>
/// The TCP connection under a WebSocket, with a gate: while it is frozen nothing passes in either direction, pings and pongs included,
/// and the peer sees a connection that is merely silent.
/// </summary>
internal sealed class GateStream : Stream
{
    private readonly CancellationTokenSource _closed = new();
    private TaskCompletionSource? _thawed;
    private Stream _inner = Null;

    public bool IsFrozen => Volatile.Read(ref _thawed) is not null;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The connection under it, once there is one.</summary>
    public void Attach(Stream inner) => _inner = inner;

    public void Freeze() =>
        Interlocked.CompareExchange(ref _thawed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Thaw() => Interlocked.Exchange(ref _thawed, null)?.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await PassAsync(cancellationToken).ConfigureAwait(false);
        var read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        await PassAsync(cancellationToken).ConfigureAwait(false);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await PassAsync(cancellationToken).ConfigureAwait(false);
        await _inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken).ConfigureAwait(false);
        await _inner.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // Whoever waits at the gate is let go; the connection itself belongs to Kestrel.
        if (disposing)
        {
            _closed.Cancel();
        }

        base.Dispose(disposing);
    }

    /// <summary>Waits while the gate is closed.</summary>
    public ValueTask PassAsync(CancellationToken cancellationToken)
    {
        _closed.Token.ThrowIfCancellationRequested();
        return Volatile.Read(ref _thawed) is { } thawed
            ? new ValueTask(WaitAsync(thawed.Task, cancellationToken))
            : ValueTask.CompletedTask;
    }

    private async Task WaitAsync(Task thawed, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        await thawed.WaitAsync(either.Token).ConfigureAwait(false);
    }
}
