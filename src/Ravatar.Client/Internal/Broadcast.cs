using System.Runtime.CompilerServices;

namespace Ravatar.Client;

/// <summary>
/// Hands every item to every reader, each on a queue of its own, so that none can hold up another or the publisher. What is published before
/// the first reader came can be kept for it.
/// </summary>
internal sealed class Broadcast<T>
    where T : class
{
    private readonly object _gate = new();
    private readonly Func<Subscription<T>> _create;
    private volatile Subscription<T>[] _readers;
    private readonly bool _tellsMissed;
    private Subscription<T>? _unclaimed;
    private bool _completed;
    private TaskCompletionSource<bool>? _roomMade;
    private long _missed;

    public Broadcast(int maxCount, long maxWeight, Func<T, int> weigh, Func<long, T>? missedNote, bool keepForFirst)
    {
        _create = () => new Subscription<T>(maxCount, maxWeight, weigh, missedNote);
        _tellsMissed = missedNote is not null;
        _unclaimed = keepForFirst ? _create() : null;
        _readers = _unclaimed is null ? [] : [_unclaimed];
    }

    /// <summary>How many items readers missed, all together.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Whether every reader that reads has room; what waits for a first reader holds nobody up.</summary>
    public bool HasRoom
    {
        get
        {
            foreach (Subscription<T> reader in _readers)
            {
                if (!ReferenceEquals(reader, Volatile.Read(ref _unclaimed)) && !reader.HasRoom)
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>Never blocks. One publisher at a time.</summary>
    /// <param name="item">The item.</param>
    /// <param name="wake">Whether readers that wait are woken for it; who says no calls <see cref="Wake"/> before it waits itself.</param>
    public void Publish(T item, bool wake = true)
    {
        foreach (Subscription<T> reader in _readers)
        {
            int dropped = reader.Offer(item, wake);
            if (dropped > 0)
            {
                CountMissed(dropped);
            }
        }
    }

    /// <summary>Wakes the readers that wait although there is something for them.</summary>
    public void Wake()
    {
        foreach (Subscription<T> reader in _readers)
        {
            reader.Wake();
        }
    }

    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (Subscription<T> reader in _readers)
            {
                reader.Complete();
            }
            _roomMade?.TrySetResult(true);
        }
    }

    /// <summary>Completes when a reader has taken or left something since the call.</summary>
    public Task RoomMadeAsync()
    {
        lock (_gate)
        {
            if (_completed)
            {
                return Task.CompletedTask;
            }
            // Read once: a reader that takes something sets the field back without the gate.
            TaskCompletionSource<bool> roomMade = _roomMade ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return roomMade.Task;
        }
    }

    /// <summary>A new reader's stream, subscribed now; the first one gets what was kept.</summary>
    /// <param name="first">An item that comes before all others, such as the present state.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<T> Subscribe(T? first = null, CancellationToken cancellationToken = default)
    {
        Subscription<T> reader;
        lock (_gate)
        {
            if (_unclaimed is { } kept)
            {
                Volatile.Write(ref _unclaimed, null);
                reader = kept;
            }
            else
            {
                reader = _create();
                if (_completed)
                {
                    reader.Complete();
                }
                _readers = [.. _readers, reader];
            }
        }
        CountMissed(reader.Claim());
        return ReadAsync(reader, first, cancellationToken);
    }

    private async IAsyncEnumerable<T> ReadAsync(
        Subscription<T> reader,
        T? first,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (first is not null)
            {
                yield return first;
            }
            List<T> batch = new(Subscription<T>.Batch);
            do
            {
                while (reader.TryTake(batch, Subscription<T>.Batch))
                {
                    if (reader.IsHalfEmpty)
                    {
                        RoomMade(); // not earlier, or a publisher that waits would be woken for every few items
                    }
                    foreach (T item in batch)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        yield return item;
                    }
                    batch.Clear();
                }
            } while (await WaitAsync(reader, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            Leave(reader);
        }
    }

    private static async ValueTask<bool> WaitAsync(Subscription<T> reader, CancellationToken cancellationToken)
    {
        Task<bool> waiting = reader.WaitAsync();
        return waiting.IsCompleted || !cancellationToken.CanBeCanceled
            ? await waiting.ConfigureAwait(false)
            : await waiting.WithCancellation(cancellationToken).ConfigureAwait(false);
    }

    private void CountMissed(long count)
    {
        Interlocked.Add(ref _missed, count);
        if (_tellsMissed)
        {
            Telemetry.MissedByReaders.Add(count);
        }
    }

    private void Leave(Subscription<T> reader)
    {
        reader.Discard();
        lock (_gate)
        {
            _readers = [.. _readers.Where(r => !ReferenceEquals(r, reader))];
        }
        RoomMade();
    }

    private void RoomMade()
    {
        TaskCompletionSource<bool>? roomMade = Volatile.Read(ref _roomMade);
        if (roomMade is not null)
        {
            Interlocked.CompareExchange(ref _roomMade, null, roomMade);
            roomMade.TrySetResult(true);
        }
    }
}
