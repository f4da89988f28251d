namespace Ravatar.Client;

/// <summary>The message ids of the last few pages: enough to notice pages that shifted, and no more however long the history is.</summary>
/// <param name="pages">The pages remembered.</param>
internal sealed class RecentIds(int pages)
{
    // Each id with the latest page it was on: one that keeps coming is kept.
    private readonly Dictionary<string, int> _lastSeen = new(StringComparer.Ordinal);
    private readonly Queue<List<string>> _pages = new();
    private List<string> _current = [];
    private int _number;

    /// <summary>Begins another page, and forgets the oldest one where that is one too many.</summary>
    public void NextPage()
    {
        if (_pages.Count == pages)
        {
            int oldest = _number - pages + 1;
            foreach (string id in _pages.Dequeue())
            {
                if (_lastSeen.TryGetValue(id, out int page) && page == oldest)
                {
                    _lastSeen.Remove(id);
                }
            }
        }
        _number++;
        _current = [];
        _pages.Enqueue(_current);
    }

    /// <summary>Whether the id is new; without one, every row is.</summary>
    public bool Add(string id)
    {
        if (id.Length == 0)
        {
            return true;
        }
        bool isNew = !_lastSeen.ContainsKey(id);
        _lastSeen[id] = _number;
        _current.Add(id);
        return isNew;
    }
}
