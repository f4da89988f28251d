namespace Ravatar.Client;

/// <summary>
/// Tokens that outlive the clients of one process: a back end that makes a client for each request signs its users in once, and not once a request.
/// Bounded: beyond its capacity the oldest go.
/// </summary>
internal sealed class MemoryTokens(TimeProvider time, int capacity = MemoryTokens.Capacity) : ITokenStores
{
    /// <summary>About 10 MB of tokens.</summary>
    private const int Capacity = 10_000;

    private readonly object _gate = new();
    private readonly Dictionary<(string User, string? Project), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _oldestFirst = new();

    /// <summary>How many tokens there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public ITokenStore For(string userId, string? projectId) => new Place(this, (userId, projectId));

    private (AccessToken, TimeSpan)? Read((string, string?) place)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(place, out LinkedListNode<Entry>? node))
            {
                return null;
            }
            TimeSpan life = time.GetElapsedTime(time.GetTimestamp(), node.Value.Expires);
            if (life - node.Value.Margin > TimeSpan.Zero)
            {
                return (new AccessToken(node.Value.Token) { IsShared = true }, life);
            }
            Remove(node);
            return null;
        }
    }

    private void Write((string, string?) place, string token, TimeSpan life)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(place, out LinkedListNode<Entry>? older))
            {
                Remove(older);
            }
            long expires = time.GetTimestamp() + (long)(life.TotalSeconds * time.TimestampFrequency);
            _entries[place] = _oldestFirst.AddLast(new Entry(place, token, expires, TokenLife.Margin(life)));
            if (_entries.Count > capacity)
            {
                Remove(_oldestFirst.First!);
            }
        }
    }

    // Under the gate.
    private void Remove(LinkedListNode<Entry> node)
    {
        _oldestFirst.Remove(node);
        _entries.Remove(node.Value.Place);
    }

    private readonly struct Entry((string, string?) place, string token, long expires, TimeSpan margin)
    {
        public (string, string?) Place { get; } = place;

        public string Token { get; } = token;

        /// <summary>A timestamp of the clock.</summary>
        public long Expires { get; } = expires;

        public TimeSpan Margin { get; } = margin;
    }

    private sealed class Place(MemoryTokens tokens, (string, string?) place) : ITokenStore
    {
        public Task<(AccessToken Token, TimeSpan Life)?> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult(tokens.Read(place));

        public Task WriteAsync(AccessToken token, TimeSpan life, CancellationToken cancellationToken)
        {
            tokens.Write(place, token.Value, life);
            return Task.CompletedTask;
        }
    }
}
