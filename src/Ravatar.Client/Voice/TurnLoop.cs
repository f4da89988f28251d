namespace Ravatar.Client;

/// <summary>One run of a conversation: its turns, and what listens for them.</summary>
internal sealed class TurnLoop : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private CancellationTokenSource? _mode;
    private volatile bool _isHearing;

    public TurnLoop(CancellationToken caller, CancellationToken disposal)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(caller, disposal);
        Stopped = _stop.Token;
    }

    public TurnQueue Turns { get; } = new();

    /// <summary>Cancelled when the run is over.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Whether nothing can be said any more; what was may still be under way.</summary>
    public bool IsOver => Stopped.IsCancellationRequested || Turns.IsCompleted;

    /// <summary>Whether the microphone is being listened to for speech.</summary>
    public bool IsHearing
    {
        get => _isHearing;
        set => _isHearing = value;
    }

    /// <summary>Whatever listens in the present mode; never fails.</summary>
    public Task Listening { get; private set; } = Task.CompletedTask;

    /// <summary>Whatever waits for the channel's end; never fails.</summary>
    public Task Watching { get; set; } = Task.CompletedTask;

    /// <summary>Starts what listens in a mode. Its token is cancelled when the mode, or the run, is over.</summary>
    public void Listen(Func<CancellationToken, Task>? listen)
    {
        if (listen is not null && !IsOver)
        {
            CancellationTokenSource mode = _mode = CancellationTokenSource.CreateLinkedTokenSource(Stopped);
            Listening = Task.Run(() => listen(mode.Token), CancellationToken.None);
        }
    }

    /// <summary>Ends what listens, and waits for that.</summary>
    public async Task StopListeningAsync()
    {
        if (_mode is { } mode)
        {
            await Clock.CancelAsync(mode).ConfigureAwait(false);
            await Listening.ConfigureAwait(false);
        }
    }

    public Task StopAsync() => Clock.CancelAsync(_stop);

    /// <summary>Lets go of the caller's token. A mode's source may still be cancelled, and holds nothing else.</summary>
    public void Dispose() => _stop.Dispose();
}
