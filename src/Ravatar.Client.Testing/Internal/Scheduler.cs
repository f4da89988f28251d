namespace Ravatar.Client.Testing;

/// <summary>
/// Runs short actions when their time has come, in the order of due time and then of scheduling: what happens after a delay is as
/// deterministic as what happens at once. One timer for the whole server.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _queue = new();
    private readonly FakeClock _clock;
    private readonly ITimer _timer;
    private long _order;
    private bool _draining;
    private bool _disposed;

    public Scheduler(FakeClock clock)
    {
        _clock = clock;
        _timer = clock.Provider.CreateTimer(_ => Drain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero)
        {
            action();
            return;
        }

        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _queue.Enqueue(action, (_clock.Elapsed + delay, _order++));
            // What waits behind others leaves the timer alone: steady traffic must not put off those in front.
            if (!_draining && ReferenceEquals(_queue.Peek(), action))
            {
                Arm();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _queue.Clear();
        }

        _timer.Dispose();
    }

    private void Drain()
    {
        lock (_lock)
        {
            if (_draining)
            {
                return;
            }

            _draining = true;
        }

        while (TakeDue() is { } action)
        {
            action();
        }
    }

    private Action? TakeDue()
    {
        lock (_lock)
        {
            if (!_disposed && _queue.TryPeek(out _, out var next) && next.Due <= _clock.Elapsed)
            {
                return _queue.Dequeue();
            }

            _draining = false;
            if (!_disposed)
            {
                Arm();
            }

            return null;
        }
    }

    private void Arm()
    {
        if (_queue.TryPeek(out _, out var next))
        {
            // Timers count whole milliseconds: round up, or the callback comes too early and finds nothing due.
            var wait = Math.Max(1, Math.Ceiling((next.Due - _clock.Elapsed).TotalMilliseconds));
            _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
        }
    }
}
