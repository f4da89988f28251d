namespace Ravatar.Client;

/// <summary>
/// One reader's own queue: bounded by count and weight, the oldest items giving way, with a note of how many where they were.
/// Filled by one publisher, emptied by one reader, each at its own pace.
/// </summary>
internal sealed class Subscription<T>(int maxCount, long maxWeight, Func<T, int> weigh, Func<long, T>? missedNote)
    where T : class
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = new();
    private long _weight;
    private long _missed;
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

    /// <summary>Adds an item; returns how many older ones had to go.</summary>
    public int Offer(T item)
    {
        int dropped = 0;
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
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
            waiter = _waiter;
            _waiter = null;
        }
        waiter?.TrySetResult(true);
        return dropped;
    }

    /// <summary>No more will come; what is queued can still be taken.</summary>
    public void Complete()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            _completed = true;
            waiter = _waiter;
            _waiter = null;
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

    private static class Completed
    {
        public static readonly Task<bool> True = Task.FromResult(true);
        public static readonly Task<bool> False = Task.FromResult(false);
    }
}
