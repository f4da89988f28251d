namespace Ravatar.Client;

/// <summary>
/// A microphone whose device pushes its audio from a thread of its own and says by an event that it has stopped. Stopping awaits that
/// event, and only then lets the device go: never from inside one of its callbacks.
/// </summary>
internal abstract class PushedMicrophone : IAudioSource
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);

    // A device that was asked to stop while it was still starting may have missed it: asked again.
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(100);

    // Starting, stopping and disposing come one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CallbackAudioSource _ring;
    private readonly TimeProvider _time;
    private volatile Run? _run;
    private bool _disposed;

    protected PushedMicrophone(AudioFormat format, TimeProvider? time = null)
    {
        _ring = new CallbackAudioSource(format);
        _time = time ?? TimeProvider.System;
    }

    public AudioFormat Format => _ring.Format;

    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Guard.NotDisposed(_disposed, this);
            if (_run is { Stopped.Task.IsCompleted: false })
            {
                return;
            }
            await StopDeviceAsync().ConfigureAwait(false);
            await _ring.StartAsync(CancellationToken.None).ConfigureAwait(false);
            var run = new Run();
            _run = run;
            // Not on a user interface's thread: devices remember it and raise their events there.
            await Task.Run(StartDevice, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
        {
            _run = null;
            RavatarAudioException told = Translate(e, capturing: false);
            _ring.Complete(told);
            await LetGoAsync().ConfigureAwait(false);
            throw told;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopDeviceAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _ring.ReadAsync(buffer, cancellationToken);

    public void DiscardBuffered() => _ring.DiscardBuffered();

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _disposed = true;
            await StopDeviceAsync().ConfigureAwait(false);
            await _ring.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes and starts the device. It calls <see cref="Pushed"/> and, once, <see cref="HasStopped"/>.</summary>
    protected abstract void StartDevice();

    /// <summary>Asks the device to stop. May be called several times.</summary>
    protected abstract void RequestStop();

    /// <summary>Lets go of a device that has stopped or could not be started.</summary>
    protected abstract ValueTask LetGoAsync();

    /// <summary>Tells what an exception of the device's means.</summary>
    protected abstract RavatarAudioException Translate(Exception error, bool capturing);

    /// <summary>Takes audio from the device's callback.</summary>
    protected void Pushed(ReadOnlySpan<byte> audio) =>
        _ring.Write(audio.Slice(0, audio.Length / Format.BytesPerFrame * Format.BytesPerFrame));

    /// <summary>Takes the device's own signal that it has stopped.</summary>
    protected void HasStopped(Exception? error)
    {
        _ring.Complete(error == null ? null : Translate(error, capturing: true));
        _run?.Stopped.TrySetResult(true);
    }

    private async Task StopDeviceAsync()
    {
        if (_run is not { } run)
        {
            return;
        }
        long asked = _time.GetTimestamp();
        while (!run.Stopped.Task.IsCompleted && _time.GetElapsedTime(asked) < s_stopTimeout)
        {
            RequestStop();
            using var again = new CancellationTokenSource();
            await Task.WhenAny(run.Stopped.Task, Task.Delay(s_askAgain, _time, again.Token)).ConfigureAwait(false);
            again.Cancel();
        }
        _run = null;
        _ring.Complete();
        if (run.Stopped.Task.IsCompleted)
        {
            // One that does not stop is left alone: letting go of it would wait for it.
            await LetGoAsync().ConfigureAwait(false);
        }
    }

    private sealed class Run
    {
        public TaskCompletionSource<bool> Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
