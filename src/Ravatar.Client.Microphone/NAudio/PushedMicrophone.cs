namespace Ravatar.Client;

/// <summary>
/// A microphone whose device pushes its audio from a thread of its own and says by an event that it has stopped. Stopping awaits that
/// event, and only then lets the device go: never from inside one of its callbacks.
/// </summary>
internal abstract class PushedMicrophone : IBufferedAudioSource
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);

    // A device that was asked to stop while it was still starting may have missed it: asked again.
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(100);

    // Starting, stopping and disposing come one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);

    // Guards which run is listened to; what others say goes nowhere.
    private readonly object _gate = new();
    private readonly CallbackAudioSource _ring;
    private readonly bool _oneDevice;
    private readonly TimeProvider _time;
    private DeviceRun? _run;
    private DeviceRun? _leftAlone;
    private bool _disposed;

    /// <param name="format">The device's format.</param>
    /// <param name="oneDevice">Whether all runs are of one and the same device, so that a late signal could be any run's.</param>
    /// <param name="time">The clock. Defaults to the system's.</param>
    protected PushedMicrophone(AudioFormat format, bool oneDevice, TimeProvider? time = null)
    {
        _ring = new CallbackAudioSource(format);
        _oneDevice = oneDevice;
        _time = time ?? TimeProvider.System;
    }

    public AudioFormat Format => _ring.Format;

    public long DroppedFrames => _ring.DroppedFrames;

    private bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _run is { IsRunning: true };
            }
        }
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Guard.NotDisposed(_disposed, this);
            if (!IsRunning)
            {
                await StopRunAsync().ConfigureAwait(false);
                await StartRunAsync().ConfigureAwait(false);
            }
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
            await StopRunAsync().ConfigureAwait(false);
            await _ring.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes audio from a run's callback.</summary>
    internal void Take(DeviceRun run, ReadOnlySpan<byte> audio)
    {
        lock (_gate)
        {
            if (_run == run)
            {
                _ring.Write(audio.Slice(0, audio.Length / Format.BytesPerFrame * Format.BytesPerFrame));
            }
        }
    }

    /// <summary>Takes a run's signal that its device has stopped.</summary>
    internal void End(DeviceRun run, Exception? error)
    {
        RavatarAudioException? told = error == null ? null : Translate(error, capturing: true);
        lock (_gate)
        {
            // First: a reader that hears of the end may start again at once.
            run.MarkStopped();
            CompleteIfPresent(run, told);
        }
    }

    /// <summary>Makes what the next start starts.</summary>
    protected abstract DeviceRun MakeRun();

    /// <summary>Tells what an exception of the device's means.</summary>
    protected abstract RavatarAudioException Translate(Exception error, bool capturing);

    private async Task StopInTurnAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await StopRunAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task StartRunAsync()
    {
        DeviceRun? run = null;
        try
        {
            if (_oneDevice && _leftAlone is { IsRunning: true })
            {
                throw new RavatarAudioException(
                    AudioErrorCode.MediaInUse,
                    "The microphone was asked to stop and has not said yet that it has."
                )
                {
                    Recommendation =
                        "Start again later, or open it anew. If it says so on the thread that it was made on, keep that thread free.",
                };
            }
            run = MakeRun();
            await _ring.StartAsync(CancellationToken.None).ConfigureAwait(false);
            Listen(run);
            // Not on a user interface's thread: devices remember it and raise their events there.
            await Task.Run(run.Start, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            RavatarAudioException told = e as RavatarAudioException ?? Translate(e, capturing: false);
            Listen(null);
            _ring.Complete(told);
            if (run != null)
            {
                await LetGoAsync(run).ConfigureAwait(false);
            }
            throw told;
        }
    }

    private async Task StopRunAsync()
    {
        if (_run is not { } run)
        {
            return;
        }
        long asked = _time.GetTimestamp();
        while (run.IsRunning && _time.GetElapsedTime(asked) < s_stopTimeout)
        {
            RequestStop(run);
            await run.Stopped.FinishesWithin(s_askAgain, _time).ConfigureAwait(false);
        }
        Listen(null);
        _ring.Complete();
        if (run.IsRunning)
        {
            // Letting go of it now would wait for it.
            _leftAlone = run;
            _ = LetGoLateAsync(run);
            return;
        }
        await LetGoAsync(run).ConfigureAwait(false);
    }

    private void RequestStop(DeviceRun run)
    {
        try
        {
            run.RequestStop();
        }
        catch (Exception e)
        {
            // An unplugged device refuses. Its signal may come all the same.
            RavatarAudioException told = Translate(e, capturing: true);
            lock (_gate)
            {
                CompleteIfPresent(run, told);
            }
        }
    }

    private void Listen(DeviceRun? run)
    {
        lock (_gate)
        {
            _run = run;
        }
    }

    // Under the gate.
    private void CompleteIfPresent(DeviceRun run, RavatarAudioException? error)
    {
        if (_run == run)
        {
            _ring.Complete(error);
        }
    }

    private static async Task LetGoLateAsync(DeviceRun run)
    {
        await run.Stopped.ConfigureAwait(false);
        await LetGoAsync(run).ConfigureAwait(false);
    }

    private static async Task LetGoAsync(DeviceRun run)
    {
        try
        {
            await run.LetGoAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Its run is over and its audio is kept: there is nothing that anybody could do about it.
        }
    }
}
