namespace Ravatar.Client;

/// <summary>
/// A time limit that can be set again and again: tells that it has passed only while it is set, and not for an earlier setting, though timers fire
/// early, late, and while somebody is just stopping them.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly Action _passed;
    private readonly ITimer _timer;
    private TimeSpan _length;
    private long _since;
    private bool _isSet;

    /// <param name="time">The clock.</param>
    /// <param name="passed">Called when it passes, on the timer's thread.</param>
    public Deadline(TimeProvider time, Action passed)
    {
        (_time, _passed) = (time, passed);
        _timer = time.CreateTimer(static d => ((Deadline)d!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets it, from now on.</summary>
    public void Set(TimeSpan length)
    {
        lock (_gate)
        {
            (_length, _since, _isSet) = (length, _time.GetTimestamp(), length != Timeout.InfiniteTimeSpan);
            _timer.Change(length, Timeout.InfiniteTimeSpan);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _isSet = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        Clear();
        _timer.Dispose();
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (!_isSet)
            {
                return;
            }
            TimeSpan left = _length - _time.GetElapsedTime(_since);
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }
            _isSet = false;
        }
        _passed();
    }
}
