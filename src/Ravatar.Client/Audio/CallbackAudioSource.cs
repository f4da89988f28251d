using System.Threading.Tasks.Sources;

namespace Ravatar.Client;

/// <summary>
/// Audio that somebody pushes: a callback of a device, a media framework, a telephone line. Holds a bounded stretch of it for the reader;
/// when that is full, the oldest is dropped and counted. <see cref="Write"/> never waits and runs none of the reader's code.
/// </summary>
public sealed class CallbackAudioSource : IBufferedAudioSource, IValueTaskSource<bool>
{
    // Also what guards everything below.
    private readonly byte[] _ring;
    private readonly int _capacity;
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = true };
    private int _head;
    private int _count;
    private long _dropped;
    private bool _running;
    private bool _waiting;
    private bool _disposed;
    private Exception? _error;

    /// <summary>Makes a source.</summary>
    /// <param name="format">The shape of what will be written.</param>
    /// <param name="capacity">How much audio is held for the reader, 10 ms to 60 s. Defaults to 2 s.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is outside its range.</exception>
    public CallbackAudioSource(AudioFormat format, TimeSpan? capacity = null)
    {
        Format = Guard.NotNull(format);
        TimeSpan held = capacity ?? TimeSpan.FromSeconds(2);
        if (held < TimeSpan.FromMilliseconds(10) || held > TimeSpan.FromSeconds(60))
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), held, "The capacity must be 10 ms to 60 s.");
        }
        _capacity = (int)format.BytesOf(held);
        // One frame more, for the rest of the frame that a read may have ended inside of.
        _ring = new byte[_capacity + format.BytesPerFrame];
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>The frames (samples of all channels) that were dropped because nobody read them in time, since the source was made.</summary>
    public long DroppedFrames
    {
        get
        {
            lock (_ring)
            {
                return _dropped / Format.BytesPerFrame;
            }
        }
    }

    /// <summary>Adds audio, in whole frames. While the source is not started, or after it ended, it is ignored.</summary>
    /// <param name="audio">Bytes in <see cref="Format"/>'s shape; they are copied.</param>
    /// <exception cref="ArgumentException">The bytes are no whole number of frames.</exception>
    public void Write(ReadOnlySpan<byte> audio)
    {
        if (audio.Length % Format.BytesPerFrame != 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"A frame has {Format.BytesPerFrame} bytes; {audio.Length} bytes are no whole number of frames."
                ),
                nameof(audio)
            );
        }
        lock (_ring)
        {
            if (!_running || _error != null || audio.IsEmpty)
            {
                return;
            }
            if (audio.Length > _capacity)
            {
                _dropped += audio.Length - _capacity;
                audio = audio.Slice(audio.Length - _capacity);
            }
            MakeRoom(audio.Length);
            int tail = (_head + _count) % _ring.Length;
            int first = Math.Min(audio.Length, _ring.Length - tail);
            audio.Slice(0, first).CopyTo(_ring.AsSpan(tail));
            audio.Slice(first).CopyTo(_ring);
            _count += audio.Length;
            Wake();
        }
    }

    /// <summary>
    /// Ends the audio by itself: the reader gets what is held, then the end, or the error. <see cref="StartAsync"/> begins anew.
    /// </summary>
    /// <param name="error">Why, when something failed.</param>
    public void Complete(Exception? error = null)
    {
        lock (_ring)
        {
            _running = false;
            _error ??= error;
            Wake();
        }
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_ring)
        {
            Guard.NotDisposed(_disposed, this);
            if (!_running)
            {
                _running = true;
                _error = null;
                _count = 0;
            }
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        Complete();
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Another read waits already.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
        {
            return 0;
        }
        while (true)
        {
            ValueTask<bool> wake;
            lock (_ring)
            {
                Guard.NotDisposed(_disposed, this);
                if (_waiting)
                {
                    throw new InvalidOperationException("Another read waits already. A source has one reader at a time.");
                }
                if (_count > 0)
                {
                    return Take(buffer.Span);
                }
                if (_error != null)
                {
                    throw _error as RavatarAudioException
                        ?? new RavatarAudioException(
                            AudioErrorCode.MediaAborted,
                            "The audio ended with an error: " + _error.Message,
                            _error
                        );
                }
                if (!_running)
                {
                    return 0;
                }
                _wake.Reset();
                _waiting = true;
                wake = new ValueTask<bool>(this, _wake.Version);
            }
            using (cancellationToken.Register(static state => ((CallbackAudioSource)state!).Interrupt(), this))
            {
                await wake.ConfigureAwait(false);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Drops what is held, uncounted.</summary>
    public void DiscardBuffered()
    {
        lock (_ring)
        {
            // A read may have ended inside a frame: the rest of that frame stays, so that the next read begins where samples begin.
            int keep = _count % Format.BytesPerFrame;
            _count = keep;
        }
    }

    /// <summary>Ends the source. A read that waits ends too.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_ring)
        {
            _disposed = true;
            _running = false;
            Wake();
        }
        return default;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _wake.OnCompleted(continuation, state, token, flags);

    private void Interrupt()
    {
        lock (_ring)
        {
            Wake();
        }
    }

    private void Wake()
    {
        if (_waiting)
        {
            _waiting = false;
            _wake.SetResult(true);
        }
    }

    private void MakeRoom(int bytes)
    {
        int excess = _count + bytes - _ring.Length;
        if (excess <= 0)
        {
            return;
        }
        // Whole frames only: what is dropped begins and ends where samples do, also when the last read ended inside one.
        int frame = Format.BytesPerFrame;
        excess = (excess + frame - 1) / frame * frame;
        int part = _count % frame;
        if (part != 0)
        {
            // Keep the rest of the frame that the reader is in the middle of by moving it up to what will be the new head.
            for (int i = part - 1; i >= 0; i--)
            {
                _ring[(_head + excess + i) % _ring.Length] = _ring[(_head + i) % _ring.Length];
            }
        }
        _head = (_head + excess) % _ring.Length;
        _count -= excess;
        _dropped += excess;
    }

    private int Take(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _count);
        int first = Math.Min(count, _ring.Length - _head);
        _ring.AsSpan(_head, first).CopyTo(buffer);
        _ring.AsSpan(0, count - first).CopyTo(buffer.Slice(first));
        _head = (_head + count) % _ring.Length;
        _count -= count;
        return count;
    }
}
