namespace Ravatar.Client;

/// <summary>
/// How much may be under way: so many messages, so many bytes. Who finds no room waits, first come, first served. Something larger than all
/// the bytes is let in when nothing else is there.
/// </summary>
internal sealed class Room(int maxCount, long maxBytes)
{
    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private int _count;
    private long _bytes;
    private Exception? _closed;

    /// <exception cref="Exception">What <see cref="Close"/> was given.</exception>
    public Task EnterAsync(int bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return Task.FromException(_closed);
            }
            if (_waiters.Count == 0 && TryEnter(bytes))
            {
                return Task.CompletedTask;
            }
            node = _waiters.AddLast(new Waiter(bytes));
        }
        return WaitAsync(node, cancellationToken);
    }

    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
            AdmitWaiters();
        }
    }

    /// <summary>Fails everyone who waits, and all that come.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            foreach (Waiter waiter in _waiters)
            {
                waiter.Admitted.TrySetException(_closed);
            }
            _waiters.Clear();
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        // The registration decides under the gate, so that a place is never both given and cancelled.
        using CancellationTokenRegistration _ = cancellationToken.Register(() => Withdraw(node, cancellationToken));
        await node.Value.Admitted.Task.ConfigureAwait(false);
    }

    private void Withdraw(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (node.List is not null)
            {
                _waiters.Remove(node);
                node.Value.Admitted.TrySetCanceled(cancellationToken);
                AdmitWaiters(); // a large one in front may have been what held up the rest
            }
        }
    }

    private void AdmitWaiters()
    {
        while (_waiters.First is { } first && TryEnter(first.Value.Bytes))
        {
            _waiters.RemoveFirst();
            first.Value.Admitted.TrySetResult(true);
        }
    }

    private bool TryEnter(int bytes)
    {
        if (_count > 0 && (_count >= maxCount || _bytes + bytes > maxBytes))
        {
            return false;
        }
        _count++;
        _bytes += bytes;
        return true;
    }

    private sealed class Waiter(int bytes)
    {
        public int Bytes { get; } = bytes;

        public TaskCompletionSource<bool> Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
