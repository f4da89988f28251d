using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Ravatar.Client;

/// <summary>
/// Waits for a send or for the end of its connection, whichever comes first, as a broken platform's send may never return. One object for all sends of a
/// connection, one at a time: waiting allocates nothing.
/// </summary>
internal sealed class SendWait : IValueTaskSource
{
    private readonly CancellationToken _gone;
    private readonly Action _onSent;
    private ManualResetValueTaskSourceCore<bool> _core;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;
    private int _isOver = 1;

    public SendWait(CancellationToken gone)
    {
        _gone = gone;
        _onSent = OnSent;
        gone.Register(static s => ((SendWait)s!).OnGone(), this);
    }

    /// <summary>Completes like the send; with <see cref="OperationCanceledException"/> when the connection is gone before.</summary>
    public ValueTask WaitAsync(ValueTask sending)
    {
        _core.Reset();
        _core.RunContinuationsAsynchronously = false;
        Volatile.Write(ref _isOver, 0);
        _awaiter = sending.ConfigureAwait(false).GetAwaiter();
        ValueTask waiting = new(this, _core.Version);
        if (_awaiter.IsCompleted)
        {
            OnSent();
        }
        else
        {
            _awaiter.UnsafeOnCompleted(_onSent);
        }
        if (_gone.IsCancellationRequested)
        {
            OnGone(); // it may have come before this wait began
        }
        return waiting;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnSent()
    {
        Exception? failure = null;
        try
        {
#pragma warning disable VSTHRD002 // completed: that is why this is called
            _awaiter.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception e)
        {
            failure = e;
        }
        if (Interlocked.Exchange(ref _isOver, 1) != 0)
        {
            return; // nobody waits any more; its failure counts as seen
        }
        if (failure is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(failure);
        }
    }

    private void OnGone()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            // On a thread of its own: whoever ended the connection may be anywhere.
            _core.RunContinuationsAsynchronously = true;
            _core.SetException(new OperationCanceledException("The connection is gone.", _gone));
        }
    }
}
