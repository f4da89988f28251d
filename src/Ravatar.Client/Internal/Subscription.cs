namespace Ravatar.Client;

/// <summary>
/// One reader's own queue: bounded by count and weight, the oldest items giving way, with a note of how many where they were.
/// Filled by one publisher, emptied by one reader, each at its own pace.
/// </summary>
internal sealed class Subscription<T>(int maxCount, long maxWeight, Func<T, int> weigh, Func<long, T>? missedNote)
    where T : class
{
    /// <summary>As many items as a reader takes at a time.</summary>
    public const int Batch = 32;

    // A reader that waits is woken at the latest when the queue is half full: before anything gives way.
    private readonly int _wakesAt = Math.Min(Batch, (maxCount + 1) / 2);

    private readonly object _gate = new();
    private readonly Queue<T> _items = new();
    private long _weight;
    private long _missed;
    private bool _claimed;
    private bool _completed;
    private TaskCompletionSource<bool>? _waiter;

    /// <summary>Whether one more item may come without another giving way.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return _completed || (_items.Count < maxCount && _weight < maxWeight);
            }
        }
    }

    /// <summary>Whether it is worth waking a publisher that waits for room.</summary>
    public bool IsHalfEmpty
    {
        get
        {
            lock (_gate)
            {
                return _items.Count == 0 || (_items.Count <= maxCount / 2 && _weight <= maxWeight / 2);
            }
        }
    }

    /// <summary>A reader has come. Returns how many items it has missed already.</summary>
    public long Claim()
    {
        lock (_gate)
        {
            _claimed = true;
            return _missed;
        }
    }

    /// <summary>Adds an item; returns how many older ones a reader misses for it. While there is none, nobody misses any.</summary>
    /// <param name="item">The item.</param>
    /// <param name="wake">Whether a reader that waits is woken now; otherwise at <see cref="Wake"/>, or when a batch is there or the queue half full.</param>
    public int Offer(T item, bool wake = true)
    {
        int dropped = 0;
        bool claimed;
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            claimed = _claimed;
            if (_completed)
            {
                return 0;
            }
            int weight = weigh(item);
            while (_items.Count > 0 && (_items.Count >= maxCount || _weight + weight > maxWeight))
            {
                _weight -= weigh(_items.Dequeue());
                dropped++;
            }
            _missed += dropped;
            _items.Enqueue(item);
            _weight += weight;
            wake |= _items.Count >= _wakesAt || _weight > maxWeight / 2 || dropped > 0;
            waiter = wake ? TakeWaiter() : null;
        }
        waiter?.TrySetResult(true);
        return claimed ? dropped : 0;
    }

    /// <summary>Wakes a reader that waits although there is something for it.</summary>
    public void Wake()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            waiter = _items.Count > 0 ? TakeWaiter() : null;
        }
        waiter?.TrySetResult(true);
    }

    /// <summary>No more will come; what is queued can still be taken.</summary>
    public void Complete()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            _completed = true;
            waiter = TakeWaiter();
        }
        waiter?.TrySetResult(false);
    }

    /// <summary>The reader has gone: nothing is kept any more.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _completed = true;
            _items.Clear();
            _weight = 0;
        }
    }

    /// <summary>Moves up to <paramref name="max"/> waiting items over; returns false when there were none.</summary>
    public bool TryTake(List<T> batch, int max)
    {
        lock (_gate)
        {
            if (_missed > 0)
            {
                if (missedNote is not null)
                {
                    batch.Add(missedNote(_missed));
                }
                _missed = 0;
            }
            while (batch.Count < max && _items.Count > 0)
            {
                T item = _items.Dequeue();
                _weight -= weigh(item);
                batch.Add(item);
            }
            return batch.Count > 0;
        }
    }

    /// <summary>Waits for an item (true) or the end (false).</summary>
    public Task<bool> WaitAsync()
    {
        lock (_gate)
        {
            if (_items.Count > 0)
            {
                return Completed.True;
            }
            if (_completed)
            {
                return Completed.False;
            }
            _waiter ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    /// <summary>Under the gate.</summary>
    private TaskCompletionSource<bool>? TakeWaiter()
    {
        TaskCompletionSource<bool>? waiter = _waiter;
        _waiter = null;
        return waiter;
    }

    private static class Completed
    {
        public static readonly Task<bool> True = Task.FromResult(true);
        public static readonly Task<bool> False = Task.FromResult(false);
    }
}
