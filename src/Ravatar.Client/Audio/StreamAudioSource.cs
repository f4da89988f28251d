namespace Ravatar.Client;

/// <summary>Raw audio from a <see cref="Stream"/>: a pipe, a network stream, or a file without a header.</summary>
/// <remarks>
/// While it is stopped, reads give 0; started again, it carries on where it was, at the beginning of a frame. A read that waits when the source is
/// stopped gives 0 too, and what the stream has for it later is what the next start begins with: until the source is disposed, nobody else
/// should read the stream.
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
    private long _delivered;
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

    // What the stream has cut off inside a frame waits for its rest: whoever stops in between does not begin there the next time.
    private int Ready => Math.Max(0, _end - _start - (int)((_delivered + _end - _start) % Format.BytesPerFrame));

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
        int ready = Ready;
        if (ready == 0)
        {
            ready = await FillAsync(buffer.Length, running.Task, cancellationToken).ConfigureAwait(false);
        }
        int count = Math.Min(buffer.Length, ready);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        _delivered += count;
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

    /// <summary>Waits for what the stream gives: how much of it can be handed out; 0 at its end, or when the source was stopped first.</summary>
    private async ValueTask<int> FillAsync(int wanted, Task stopped, CancellationToken cancellationToken)
    {
        do
        {
            int read = await ReadStreamAsync(wanted, stopped, cancellationToken).ConfigureAwait(false);
            if (read <= 0)
            {
                // At its end there is no rest to wait for.
                return read == 0 ? _end - _start : 0;
            }
            _end += read;
            _position += read;
        } while (Ready == 0);
        return Ready;
    }

    /// <summary>Reads from the stream, or waits for the read that waits already; −1 when the source was stopped first.</summary>
    private async ValueTask<int> ReadStreamAsync(int wanted, Task stopped, CancellationToken cancellationToken)
    {
        try
        {
            Task<int>? pending = _pending;
            if (pending == null)
            {
                ValueTask<int> asked = Ask(wanted);
                if (asked.IsCompletedSuccessfully)
                {
                    return await asked.ConfigureAwait(false);
                }
                _pending = pending = asked.AsTask();
                Detached.Observe(pending);
            }
            await Task.WhenAny(pending, stopped).WithCancellation(cancellationToken).ConfigureAwait(false);
            Guard.NotDisposed(IsDisposed, this);
            if (!pending.IsCompleted)
            {
                return -1;
            }
            _pending = null;
            return await pending.ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new RavatarAudioException(AudioErrorCode.RecorderError, "The stream that the audio comes from failed.", e);
        }
    }

    // Whole frames, and no more of them than are asked for: what lies here when the source is stopped comes with the next recording only.
    private ValueTask<int> Ask(int most)
    {
        int held = _end - _start;
        _buffer.AsSpan(_start, held).CopyTo(_buffer);
        (_start, _end) = (0, held);
        int frame = Format.BytesPerFrame;
        int wanted = (Math.Min(most, BufferBytes - frame) + frame - 1) / frame * frame - held;
        wanted = (int)Math.Min(wanted, _length - _position ?? wanted);
        if (wanted == 0)
        {
            return default;
        }
        if (_buffer.Length == 0)
        {
            _buffer = new byte[BufferBytes];
        }
        // Not with the reader's token: what comes after the reader has given up is not lost.
        return _stream.ReadMemoryAsync(_buffer.AsMemory(held, wanted), _disposal.Token);
    }
}
