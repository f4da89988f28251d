namespace Ravatar.Client.Testing;

/// <summary>The rows of one user, in the order they were recorded, each with the moment from which <c>GET /chat</c> shows it.</summary>
internal sealed class UserHistory
{
    private readonly Lock _lock = new();
    private readonly List<(FakeHistoryRow Row, TimeSpan VisibleFrom)> _rows = [];
    private int _visible;

    public void Append(FakeHistoryRow row, TimeSpan visibleFrom)
    {
        lock (_lock)
        {
            _rows.Add((row, visibleFrom));
        }
    }

    public IReadOnlyList<FakeHistoryRow> All()
    {
        lock (_lock)
        {
            return [.. _rows.Select(entry => entry.Row)];
        }
    }

    /// <summary>One page of what is visible at <paramref name="now"/>, oldest row first, and whether further pages follow.</summary>
    public (IReadOnlyList<FakeHistoryRow> Rows, bool More) Page(TimeSpan now, int page, int size, FakePageOrder order)
    {
        lock (_lock)
        {
            // A row never overtakes an earlier one: what is visible is always a prefix, and finding it costs nothing.
            while (_visible < _rows.Count && _rows[_visible].VisibleFrom <= now)
            {
                _visible++;
            }

            var skipped = Math.Min((long)(page - 1) * size, _visible);
            var count = (int)Math.Min(size, _visible - skipped);
            var first = order == FakePageOrder.OldestPageFirst ? (int)skipped : (int)(_visible - skipped - count);
            var rows = _rows.GetRange(first, count).ConvertAll(entry => entry.Row);
            return (rows, skipped + count < _visible);
        }
    }
}
