namespace Ravatar.Client;

/// <summary>A microphone of ALSA: opened once, captured by a thread of its own between start and stop, opened anew after a failure.</summary>
internal sealed class AlsaMicrophone : IBufferedAudioSource
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);

    // Starting, stopping and disposing come one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Func<AudioFormat?, IAlsaPcm> _open;
    private readonly TimeProvider _time;
    private readonly CallbackAudioSource _ring;
    private IAlsaPcm? _pcm;
    private AlsaCapture? _capture;
    private long _lost;
    private bool _disposed;

    /// <param name="open">Opens the device: first in the format that comes closest to what is wanted, then again in the format it had.</param>
    /// <param name="time">The clock. Defaults to the system's.</param>
    public AlsaMicrophone(Func<AudioFormat?, IAlsaPcm> open, TimeProvider? time = null)
    {
        _open = open;
        _time = time ?? TimeProvider.System;
        _pcm = open(null);
        _ring = new CallbackAudioSource(_pcm.Format);
    }

    public AudioFormat Format => _ring.Format;

    public long DroppedFrames => _ring.DroppedFrames + Interlocked.Read(ref _lost);

    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Guard.NotDisposed(_disposed, this);
            if (_capture is { IsRunning: true })
            {
                return;
            }
            await StopCaptureAsync().ConfigureAwait(false);
            // Connecting to a sound server takes its time.
            await Task.Run(StartCaptureAsync, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken = default) =>
        await StopInTurnAsync().WithCancellation(cancellationToken).ConfigureAwait(false);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _ring.ReadAsync(buffer, cancellationToken);

    public void DiscardBuffered() => _ring.DiscardBuffered();

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _disposed = true;
            await StopCaptureAsync().ConfigureAwait(false);
            IAlsaPcm? pcm = _pcm;
            _pcm = null;
            if (pcm != null)
            {
                await Task.Run(pcm.Dispose, CancellationToken.None).ConfigureAwait(false);
            }
            await _ring.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task StopInTurnAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await StopCaptureAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task StartCaptureAsync()
    {
        // After a failure the device was closed.
        _pcm ??= _open(Format);
        try
        {
            _pcm.Start();
        }
        catch
        {
            _pcm.Dispose();
            _pcm = null;
            throw;
        }
        await _ring.StartAsync(CancellationToken.None).ConfigureAwait(false);
        _capture = new AlsaCapture(_pcm, _ring, frames => Interlocked.Add(ref _lost, frames), _time);
    }

    private async Task StopCaptureAsync()
    {
        if (_capture is not { } capture)
        {
            return;
        }
        _capture = null;
        capture.RequestStop();
        bool inTime = await capture.Finished.FinishesWithin(s_stopTimeout, _time).ConfigureAwait(false);
        bool usable = await (inTime ? capture.Finished : capture.AbandonAsync()).ConfigureAwait(false);
        if (!usable)
        {
            // Lost, or stuck inside the library: never used again. The thread closes it, when it gets out.
            _pcm = null;
        }
        if (capture.Finished.IsCompleted)
        {
            capture.Dispose();
        }
        _ring.Complete();
    }
}
