namespace Ravatar.Client.Tests;

/// <summary>A microphone that hears what a test says, while it runs, and tells when all of it has been taken. For a <see cref="LoudnessDetector"/>.</summary>
internal sealed class ScriptedMicrophone : IAudioSource
{
    private readonly Lock _gate = new();
    private readonly List<byte> _held = [];
    private TaskCompletionSource _more = NewSignal();
    private TaskCompletionSource _heardOut = NewSignal();
    private Exception? _error;

    public AudioFormat Format => AudioFormat.Voice;

    public bool IsRunning { get; private set; }

    /// <summary>What a start waits for. Defaults to nothing.</summary>
    public Task Opening { get; set; } = Task.CompletedTask;

    /// <summary>What a stop waits for. Defaults to nothing.</summary>
    public Task Closing { get; set; } = Task.CompletedTask;

    /// <summary>What it hears as soon as it is open.</summary>
    public byte[] First { get; set; } = [];

    /// <summary>Completes when somebody waits for more than there is.</summary>
    public Task HeardOutAsync()
    {
        lock (_gate)
        {
            return _heardOut.Task.WaitAsync(ManualTimeProvider.HangGuard);
        }
    }

    /// <summary>So many 10 ms of speech, then of silence.</summary>
    public byte[] Say(int loud, int quiet = 100)
    {
        byte[] audio =
        [
            .. Enumerable.Repeat((short)5_000, loud * 160).SelectMany(BitConverter.GetBytes),
            .. Enumerable.Repeat((short)1, quiet * 160).SelectMany(BitConverter.GetBytes),
        ];
        lock (_gate)
        {
            if (IsRunning)
            {
                _held.AddRange(audio);
                Wake();
            }
        }
        return audio;
    }

    /// <summary>It ends by itself, or fails.</summary>
    public void End(Exception? error = null)
    {
        lock (_gate)
        {
            IsRunning = false;
            _error = error;
            Wake();
        }
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Opening.WaitAsync(cancellationToken);
        lock (_gate)
        {
            (IsRunning, _error) = (true, null);
            _held.Clear();
        }
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        await Closing.WaitAsync(cancellationToken);
        lock (_gate)
        {
            IsRunning = false;
            Wake();
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_held.Count > 0)
                {
                    int read = Math.Min(buffer.Length, _held.Count);
                    _held.GetRange(0, read).CopyTo(buffer.Span);
                    _held.RemoveRange(0, read);
                    return read;
                }
                if (!IsRunning)
                {
                    return _error is null ? 0 : throw _error;
                }
                more = _more.Task;
                _heardOut.TrySetResult();
            }
            await more.WaitAsync(cancellationToken);
        }
    }

    public void DiscardBuffered()
    {
        lock (_gate)
        {
            _held.Clear();
            _held.AddRange(First);
        }
    }

    public ValueTask DisposeAsync() => default;

    // Under the gate.
    private void Wake()
    {
        _heardOut = NewSignal();
        _more.TrySetResult();
        _more = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
