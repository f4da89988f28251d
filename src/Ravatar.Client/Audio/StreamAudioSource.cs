namespace Ravatar.Client;

/// <summary>Raw audio from a <see cref="Stream"/>: a pipe, a network stream, or a file without a header.</summary>
/// <remarks>While it is stopped, reads give 0; started again, it carries on where it was.</remarks>
public sealed class StreamAudioSource : IAudioSource
{
    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly long? _length;
    private long _position;
    private volatile bool _running;
    private bool _disposed;

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

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(_disposed, this);
        _running = true;
        return default;
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _running = false;
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="RavatarAudioException">The stream failed (<see cref="AudioErrorCode.RecorderError"/>).</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(_disposed, this);
        if (_length is { } length)
        {
            buffer = buffer.Slice(0, (int)Math.Min(buffer.Length, length - _position));
        }
        if (!_running || buffer.IsEmpty)
        {
            return 0;
        }
        try
        {
            int read = await _stream.ReadMemoryAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += read;
            return read;
        }
        catch (IOException e)
        {
            throw new RavatarAudioException(AudioErrorCode.RecorderError, "The stream that the audio comes from failed.", e);
        }
    }

    /// <summary>Does nothing: a stream captures nothing ahead of its reader.</summary>
    public void DiscardBuffered() { }

    /// <summary>Closes the stream, unless it was to be left open.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        _running = false;
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        if (!_leaveOpen)
        {
#if NETSTANDARD2_0
            _stream.Dispose();
            await Task.CompletedTask.ConfigureAwait(false);
#else
            await _stream.DisposeAsync().ConfigureAwait(false);
#endif
        }
    }
}
