using System.Diagnostics;

namespace Ravatar.Client;

/// <summary>
/// A microphone of ALSA. One thread of its own waits for the device, reads it and hands the audio to a ring; only that thread touches the
/// device while it runs. A device that gives nothing for 2 s, as a suspended one does, counts as lost.
/// </summary>
internal sealed class AlsaMicrophone : IAudioSource
{
    private const int WaitMilliseconds = 100;
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);

    // Starting, stopping and disposing come one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _device;
    private readonly CallbackAudioSource _ring;
    private AlsaPcm? _pcm;
    private Capture? _capture;
    private bool _disposed;

    public AlsaMicrophone(string device, MicrophoneConstraints constraints)
    {
        _device = device;
        _pcm = AlsaPcm.Open(device, constraints);
        _ring = new CallbackAudioSource(_pcm.Format);
    }

    public AudioFormat Format => _ring.Format;

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

    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopCaptureAsync().ConfigureAwait(false);
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
            await StopCaptureAsync().ConfigureAwait(false);
            AlsaPcm? pcm = _pcm;
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

    private async Task StartCaptureAsync()
    {
        // After a failure the device was closed.
        _pcm ??= AlsaPcm.Reopen(_device, Format);
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
        _capture = new Capture(_device, _pcm, _ring);
    }

    private async Task StopCaptureAsync()
    {
        if (_capture is not { } capture)
        {
            return;
        }
        _capture = null;
        capture.RequestStop();
        Task finished = await Task.WhenAny(capture.Finished, Task.Delay(s_stopTimeout)).ConfigureAwait(false);
        bool usable = finished == capture.Finished ? await capture.Finished.ConfigureAwait(false) : !capture.TryAbandon();
        if (!usable)
        {
            // Lost, or stuck inside the library: never used again. The thread closes it, when it gets out.
            _pcm = null;
        }
        if (finished == capture.Finished)
        {
            capture.Dispose();
        }
        _ring.Complete();
    }

    /// <summary>One run of the capturing thread.</summary>
    private sealed class Capture : IDisposable
    {
        private const int Running = 0;
        private const int Returned = 1;
        private const int Abandoned = 2;

        private readonly TaskCompletionSource<bool> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly string _device;
        private readonly AlsaPcm _pcm;
        private readonly CallbackAudioSource _ring;
        private readonly byte[] _buffer;
        private readonly ManualResetEventSlim _stop = new();
        private int _owner;

        public Capture(string device, AlsaPcm pcm, CallbackAudioSource ring)
        {
            _device = device;
            _pcm = pcm;
            _ring = ring;
            _buffer = new byte[pcm.Format.SampleRate / 20 * pcm.Format.BytesPerFrame];
            new Thread(Run) { IsBackground = true, Name = "Ravatar microphone" }.Start();
        }

        /// <summary>Ends when the thread does: whether the device can be used again.</summary>
        public Task<bool> Finished => _finished.Task;

        public bool IsRunning => !_finished.Task.IsCompleted;

        public void RequestStop() => _stop.Set();

        /// <summary>Leaves the device to the thread, unless that has just finished with it.</summary>
        public bool TryAbandon() => Interlocked.CompareExchange(ref _owner, Abandoned, Running) == Running;

        /// <summary>After the thread has finished only.</summary>
        public void Dispose() => _stop.Dispose();

        private void Run()
        {
            try
            {
                ReadUntilStopped();
                // What sounded before the stop still counts.
                while (_pcm.Read(_buffer) is var rest and > 0)
                {
                    _ring.Write(_buffer.AsSpan(0, rest));
                }
                _pcm.Drop();
                if (Interlocked.CompareExchange(ref _owner, Returned, Running) == Abandoned)
                {
                    _pcm.Dispose();
                    return;
                }
                _ring.Complete();
                _finished.SetResult(true);
            }
            catch (Exception e)
            {
                _pcm.Dispose();
                if (Interlocked.CompareExchange(ref _owner, Returned, Running) == Running)
                {
                    _ring.Complete(e);
                    _finished.SetResult(false);
                }
            }
        }

        private void ReadUntilStopped()
        {
            var sinceAudio = Stopwatch.StartNew();
            bool waited = false;
            while (!_stop.IsSet)
            {
                int read = _pcm.Read(_buffer);
                if (read > 0)
                {
                    _ring.Write(_buffer.AsSpan(0, read));
                    sinceAudio.Restart();
                    waited = false;
                    continue;
                }
                if (sinceAudio.Elapsed > s_stall)
                {
                    throw AlsaPcm.Lost(_device, "it gave no audio for 2 s");
                }
                if (waited)
                {
                    // Some plug-ins say that there is audio when there is none: no busy loop.
                    _stop.Wait(WaitMilliseconds / 10);
                }
                _pcm.Wait(WaitMilliseconds);
                waited = true;
            }
        }
    }
}
