namespace Ravatar.Client;

/// <summary>
/// One run of the capturing thread. It waits for the device, reads it and hands the audio to a ring; only it touches the device while it
/// runs. A device that gives nothing for 2 s, as a suspended one does, counts as lost.
/// </summary>
internal sealed class AlsaCapture : IDisposable
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly TaskCompletionSource<bool> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _stop = new();

    // Guards whose device and ring it is.
    private readonly object _gate = new();
    private readonly IAlsaPcm _pcm;
    private readonly CallbackAudioSource _ring;
    private readonly Action<int> _lost;
    private readonly TimeProvider _time;
    private readonly byte[] _buffer;
    private Hand _hand;

    /// <param name="pcm">The device, started.</param>
    /// <param name="ring">Where the audio goes, started.</param>
    /// <param name="lost">Takes the frames that an overrun has cost.</param>
    /// <param name="time">The clock.</param>
    public AlsaCapture(IAlsaPcm pcm, CallbackAudioSource ring, Action<int> lost, TimeProvider time)
    {
        _pcm = pcm;
        _ring = ring;
        _lost = lost;
        _time = time;
        _buffer = new byte[pcm.Format.SampleRate / 20 * pcm.Format.BytesPerFrame];
        new Thread(Run) { IsBackground = true, Name = "Ravatar microphone" }.Start();
    }

    private enum Hand
    {
        Thread,
        Owner,
        Nobody,
    }

    /// <summary>Ends when the thread does: whether the device can be used again. Never, when it was abandoned.</summary>
    public Task<bool> Finished => _finished.Task;

    /// <summary>Whether audio still comes. No more as soon as a reader can hear of the end.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _hand == Hand.Thread;
            }
        }
    }

    public void RequestStop() => _stop.Set();

    /// <summary>Leaves the device to the thread, which closes it when it gets out of it; unless it has just finished.</summary>
    /// <returns>Whether the device can be used again.</returns>
    public async Task<bool> AbandonAsync() => !TryTake(Hand.Nobody) && await Finished.ConfigureAwait(false);

    /// <summary>After the thread has finished only.</summary>
    public void Dispose() => _stop.Dispose();

    private void Run()
    {
        Exception? error = null;
        try
        {
            ReadUntilStopped();
            Drain();
            _pcm.Drop();
        }
        catch (Exception e)
        {
            error = e;
            _pcm.Dispose();
        }
        if (TryTake(Hand.Owner))
        {
            _ring.Complete(error);
            _finished.SetResult(error == null);
        }
        else
        {
            _pcm.Dispose();
        }
    }

    private void ReadUntilStopped()
    {
        // Not by the clock: while this process is stopped, nobody waits for the device.
        TimeSpan waited = TimeSpan.Zero;
        bool again = false;
        while (!_stop.IsSet)
        {
            if (ReadOnce() > 0)
            {
                waited = TimeSpan.Zero;
                again = false;
                continue;
            }
            if (waited >= s_stall)
            {
                throw _pcm.Lost("it gave no audio for 2 s");
            }
            if (again)
            {
                // Some plug-ins say that there is audio when there is none: no busy loop.
                _stop.Wait(s_pause, CancellationToken.None);
                waited += s_pause;
            }
            waited += Wait();
            again = true;
        }
    }

    // What sounded before the stop still counts, as far as the ring holds it. Devices that never run dry end there too.
    private void Drain()
    {
        int left = 2 * _pcm.Format.BytesPerSecond;
        int read;
        do
        {
            read = ReadOnce();
            left -= read;
        } while (read > 0 && left > 0);
    }

    private int ReadOnce()
    {
        int read = _pcm.Read(_buffer, out int lostFrames);
        if (lostFrames > 0)
        {
            _lost(lostFrames);
        }
        lock (_gate)
        {
            if (_hand != Hand.Thread)
            {
                // The ring may be another run's by now.
                return 0;
            }
            _ring.Write(_buffer.AsSpan(0, read));
        }
        return read;
    }

    /// <returns>How long it waited, which is never longer than it meant to.</returns>
    private TimeSpan Wait()
    {
        long before = _time.GetTimestamp();
        _pcm.Wait((int)s_wait.TotalMilliseconds);
        TimeSpan elapsed = _time.GetElapsedTime(before);
        return elapsed < s_wait ? elapsed : s_wait;
    }

    private bool TryTake(Hand hand)
    {
        lock (_gate)
        {
            if (_hand != Hand.Thread)
            {
                return false;
            }
            _hand = hand;
            return true;
        }
    }
}
