namespace Ravatar.Client.Testing;

/// <summary>Which of the messages to come will lose their connection. Numbers count the messages that begin to arrive on any socket.</summary>
internal sealed class DropPlan
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, FakeDrop> _single = [];
    private Func<ReceivedMessage, FakeDrop?>? _function;
    private FakeDrop? _repeated;
    private long _every;
    private long _since;
    private long _begun;

    public void At(int number, FakeDrop drop)
    {
        lock (_lock)
        {
            _single[_begun + number] = drop;
        }
    }

    public void Every(int count, FakeDrop drop)
    {
        lock (_lock)
        {
            _every = count;
            _since = _begun;
            _repeated = drop;
        }
    }

    public void When(Func<ReceivedMessage, FakeDrop?> function)
    {
        lock (_lock)
        {
            _function = function;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _single.Clear();
            _repeated = null;
            _function = null;
        }
    }

    /// <summary>A message begins to arrive: what was planned for it.</summary>
    public FakeDrop? Begin()
    {
        lock (_lock)
        {
            var number = ++_begun;
            if (_single.Remove(number, out var drop))
            {
                return drop;
            }

            return _repeated is not null && (number - _since) % _every == 0 ? _repeated : null;
        }
    }

    /// <summary>A message has arrived: what its content calls for.</summary>
    public FakeDrop? Judge(ReceivedMessage message)
    {
        Func<ReceivedMessage, FakeDrop?>? function;
        lock (_lock)
        {
            function = _function;
        }

        return function?.Invoke(message);
    }
}
