namespace Ravatar.Client;

/// <summary>The message ids of the last few pages: enough to notice pages that shifted, and no more however long the history is.</summary>
internal sealed class RecentIds(int pages)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<List<string>> _pages = new();
    private List<string> _current = [];

    /// <summary>Begins another page, and forgets the oldest one where that is one too many.</summary>
    public void NextPage()
    {
        if (_pages.Count == pages)
        {
            foreach (string id in _pages.Dequeue())
            {
                _ids.Remove(id);
            }
        }
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
        if (!_ids.Add(id))
        {
            return false;
        }
        _current.Add(id);
        return true;
    }
}
