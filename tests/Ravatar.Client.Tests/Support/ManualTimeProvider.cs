namespace Ravatar.Client.Tests;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire on the thread that calls <see cref="Advance"/>, in the order
/// in which they are due, with the clock at the moment of each. Thread-safe.
/// </summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    /// <summary>Real time after which a wait counts as a hang. Long, so that a slow machine is none.</summary>
#if MUTATION
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(4);
#else
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);
#endif

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<Watcher> _watchers = [];
    private readonly List<TimeSpan> _requested = [];
    private TimeSpan _elapsed;
    private DateTimeOffset _start;
    private long _sequence;

    public ManualTimeProvider(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How long ago, by this clock, it was made.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
            {
                return _elapsed;
            }
        }
    }

    /// <summary>The remaining time of every waiting timer, soonest first.</summary>
    public IReadOnlyList<TimeSpan> Pending
    {
        get
        {
            lock (_gate)
            {
                return [.. _timers.OrderBy(t => t.Due).ThenBy(t => t.Sequence).Select(t => t.Due - _elapsed)];
            }
        }
    }

    /// <summary>Every due time a timer was ever set to, in order: what the code under test asked to wait for.</summary>
    public IReadOnlyList<TimeSpan> Requested
    {
        get
        {
            lock (_gate)
            {
                return [.. _requested];
            }
        }
    }

    /// <summary>How much time passes at every look at the clock, unnoticed by timers until <see cref="Advance"/>.</summary>
    public TimeSpan PassesPerLook { get; set; }

    /// <summary>Called when a timer's callback has been taken and is about to run.</summary>
    public Action? BeforeFiring { get; set; }

    /// <summary>How much too early timers fire, as those do that count in a coarse clock's ticks.</summary>
    public TimeSpan FiresEarlyBy { get; set; }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            _elapsed += PassesPerLook;
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _start + _elapsed;
        }
    }

    /// <summary>Moves the wall clock alone, as a user or NTP would: no timer notices.</summary>
    public void ShiftWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _start += by;
        }
    }

    /// <summary>The machine sleeps: time passes, but not for timers, as on Windows.</summary>
    public void Sleep(TimeSpan time)
    {
        lock (_gate)
        {
            _elapsed += time;
            foreach (ManualTimer timer in _timers)
            {
                timer.Due += time;
            }
        }
    }

    /// <summary>Moves time on and fires what becomes due, also what is set while doing so.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (_gate)
        {
            target = _elapsed + by;
        }
        while (TakeDue(target) is { } timer)
        {
            BeforeFiring?.Invoke();
            timer.Fire();
        }
        lock (_gate)
        {
            _elapsed = _elapsed > target ? _elapsed : target;
        }
    }

    /// <summary>
    /// Completes with its remaining time as soon as a timer is waiting that has between <paramref name="atLeast"/> and
    /// <paramref name="atMost"/> to go. No polling: setting a timer completes it.
    /// </summary>
    public Task<TimeSpan> WaitForTimerAsync(TimeSpan atLeast, TimeSpan? atMost = null, CancellationToken cancellationToken = default)
    {
        Watcher watcher = new(atLeast, atMost ?? TimeSpan.MaxValue);
        lock (_gate)
        {
            foreach (ManualTimer timer in _timers)
            {
                if (watcher.Matches(timer.Due - _elapsed))
                {
                    return Task.FromResult(timer.Due - _elapsed);
                }
            }
            _watchers.Add(watcher);
        }
        return watcher.Found.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for such a timer, then moves the clock to where it fires.</summary>
    public async Task<TimeSpan> AdvanceToTimerAsync(
        TimeSpan atLeast,
        TimeSpan? atMost = null,
        CancellationToken cancellationToken = default
    )
    {
        TimeSpan remaining = await WaitForTimerAsync(atLeast, atMost, cancellationToken).WaitAsync(HangGuard, cancellationToken);
        Advance(remaining);
        return remaining;
    }

    /// <summary>Goes from timer to timer, of those that have no more than <paramref name="atMost"/> to go, until the task is done.</summary>
    public async Task AdvanceUntilAsync(Task done, TimeSpan atMost)
    {
        while (!done.IsCompleted)
        {
            Task<TimeSpan> timer = WaitForTimerAsync(TimeSpan.Zero, atMost);
            if (await Task.WhenAny(done, timer).WaitAsync(HangGuard) == timer)
            {
                Advance(await timer);
                // What that sets going may be the end; time is not in such a hurry.
                await Task.WhenAny(done, Task.Run(static () => { }));
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(TimeSpan target)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.OrderBy(t => t.Due).ThenBy(t => t.Sequence).FirstOrDefault();
            if (next is null || next.Due > target)
            {
                return null;
            }
            _elapsed = next.Due > _elapsed ? next.Due : _elapsed;
            _timers.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                Set(next, next.Period);
            }
            return next;
        }
    }

    // Under the lock.
    private void Set(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _elapsed + (dueTime > FiresEarlyBy ? dueTime - FiresEarlyBy : TimeSpan.Zero);
        timer.Sequence = _sequence++;
        _timers.Add(timer);
        _requested.Add(dueTime);
        for (int i = _watchers.Count - 1; i >= 0; i--)
        {
            if (_watchers[i].Matches(dueTime))
            {
                _watchers[i].Found.TrySetResult(dueTime);
                _watchers.RemoveAt(i);
            }
        }
    }

    private sealed record Watcher(TimeSpan AtLeast, TimeSpan AtMost)
    {
        public TaskCompletionSource<TimeSpan> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Matches(TimeSpan remaining) => remaining >= AtLeast && remaining <= AtMost;
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public long Sequence { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                if (_disposed)
                {
                    return false;
                }
                owner._timers.Remove(this);
                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    owner.Set(this, dueTime);
                }
                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                _disposed = true;
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
