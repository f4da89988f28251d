using System.Threading.Channels;

namespace Ravatar.Client;

/// <summary>
/// The turns of a conversation that are under way, in the order in which they were spoken, for one reader. Who adds makes sure before that there is
/// room, so that nothing that was said is dropped.
/// </summary>
internal sealed class TurnQueue
{
    /// <summary>The most turns that are under way, including the one that the reader handles.</summary>
    public const int Capacity = 16;

    private readonly Channel<Task<VoiceTurn>> _turns = Channel.CreateBounded<Task<VoiceTurn>>(Capacity);
    private readonly object _gate = new();
    private volatile bool _isCompleted;
    private int _count;
    private TaskCompletionSource<bool>? _fewer;

    /// <summary>How many turns the reader has not handled.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Whether no more will come.</summary>
    public bool IsCompleted => _isCompleted;

    /// <summary>Adds a turn; after the end it is left to itself.</summary>
    public void Add(Task<VoiceTurn> turn)
    {
        lock (_gate)
        {
            _count++;
        }
        Detached.Observe(turn);
        _turns.Writer.TryWrite(turn);
    }

    /// <summary>No more will come: the reader gets what there is, then the end, or the error.</summary>
    public void Complete(Exception? error = null)
    {
        _isCompleted = true;
        _turns.Writer.TryComplete(error);
    }

    /// <summary>The next turn; null at the end.</summary>
    public async ValueTask<Task<VoiceTurn>?> NextAsync(CancellationToken cancellationToken)
    {
        bool some = await _turns.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        return some && _turns.Reader.TryRead(out Task<VoiceTurn>? turn) ? turn : null;
    }

    /// <summary>The reader is done with a turn.</summary>
    public void Handled()
    {
        TaskCompletionSource<bool>? fewer;
        lock (_gate)
        {
            _count--;
            fewer = _fewer;
            _fewer = null;
        }
        fewer?.TrySetResult(true);
    }

    /// <summary>Waits until there are at most so many.</summary>
    public async Task WaitUntilAsync(int atMost, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task fewer;
            lock (_gate)
            {
                if (_count <= atMost)
                {
                    return;
                }
                fewer = (_fewer ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await fewer.WithCancellation(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The reader has gone: what is left is waited for, whatever comes of it.</summary>
    public Task DrainAsync()
    {
        Complete();
        List<Task> left = [];
        while (_turns.Reader.TryRead(out Task<VoiceTurn>? turn))
        {
            left.Add(turn);
        }
        return Detached.SettleAsync(left);
    }
}
