namespace Ravatar.Client;

/// <summary>Raw audio from a <see cref="Stream"/>: a pipe, a network stream, or a file without a header.</summary>
/// <remarks>
/// While it is stopped, reads give 0; started again, it carries on where it was. A read that waits when the source is stopped gives 0 too, and
/// what the stream has for it later is what the next start begins with.
/// </remarks>
public sealed class StreamAudioSource : IAudioSource
{
    // A read of the stream may outlive the one that asked for it, and needs a buffer of its own.
    private const int BufferBytes = 16_384;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long? _length;
    private readonly CancellationTokenSource _disposal = new();
    private volatile TaskCompletionSource<bool>? _running;
    private byte[] _buffer = [];
    private Task<int>? _pending;
    private int _start;
    private int _end;
    private long _position;
    private int _disposed;

    /// <summary>Wraps a stream.</summary>
    /// <param name="stream">Where the bytes come from, from its current position on.</param>
    /// <param name="format">The shape of those bytes.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the source is disposed. Defaults to <see langword="false"/>.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public StreamAudioSource(Stream stream, AudioFormat format, bool leaveOpen = false)
        : this(stream, format, leaveOpen, length: null) { }

    internal StreamAudioSource(Stream stream, AudioFormat format, bool leaveOpen, long? length)
    {
        _stream = Guard.NotNull(stream);
        Format = Guard.NotNull(format);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read. Give one that is open for reading.", nameof(stream));
        }
        _leaveOpen = leaveOpen;
        _length = length;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    private bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(IsDisposed, this);
        _running ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource<bool>? running = _running;
        _running = null;
        running?.TrySetResult(true);
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="RavatarAudioException">The stream failed (<see cref="AudioErrorCode.RecorderError"/>).</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(IsDisposed, this);
        if (_running is not { } running || buffer.IsEmpty)
        {
            return 0;
        }
        if (_start == _end && !await FillAsync(buffer.Length, running.Task, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }
        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    /// <summary>Does nothing: a stream captures nothing ahead of its reader.</summary>
    public void DiscardBuffered() { }

    /// <summary>Closes the stream, unless it was to be left open. A read of it that still waits is given up.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await Task.Run(_disposal.Cancel, CancellationToken.None).ConfigureAwait(false);
        if (!_leaveOpen)
        {
#if NETSTANDARD2_0
            _stream.Dispose();
#else
            await _stream.DisposeAsync().ConfigureAwait(false);
#endif
        }
    }

    /// <summary>Waits for what the stream gives; <see langword="false"/> at its end, or when the source was stopped first.</summary>
    private async ValueTask<bool> FillAsync(int wanted, Task stopped, CancellationToken cancellationToken)
    {
        try
        {
            Task<int>? pending = _pending;
            if (pending == null)
            {
                ValueTask<int> asked = Ask(wanted);
                if (asked.IsCompletedSuccessfully)
                {
                    return Take(await asked.ConfigureAwait(false));
                }
                _pending = pending = asked.AsTask();
                Detached.Observe(pending);
            }
            await Task.WhenAny(pending, stopped).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!pending.IsCompleted || IsDisposed)
            {
                return false;
            }
            _pending = null;
            return Take(await pending.ConfigureAwait(false));
        }
        catch (IOException e)
        {
            throw new RavatarAudioException(AudioErrorCode.RecorderError, "The stream that the audio comes from failed.", e);
        }
    }

    // No more than is asked for: what lies here when the source is stopped comes with the next recording only.
    private ValueTask<int> Ask(int most)
    {
        int wanted = (int)Math.Min(Math.Min(most, BufferBytes), _length - _position ?? BufferBytes);
        if (wanted == 0)
        {
            return default;
        }
        if (_buffer.Length == 0)
        {
            _buffer = new byte[BufferBytes];
        }
        // Not with the reader's token: what comes after the reader has given up is not lost.
        return _stream.ReadMemoryAsync(_buffer.AsMemory(0, wanted), _disposal.Token);
    }

    private bool Take(int read)
    {
        _start = 0;
        _end = read;
        _position += read;
        return read > 0;
    }
}
