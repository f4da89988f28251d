using System.Globalization;

namespace Ravatar.Client.Tests;

/// <summary>A user's history as the service pages it, growing when told to.</summary>
internal sealed class ScriptedHistory
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly List<HistoryMessage> _rows = [];

    public int PageSize { get; init; } = 100;

    /// <summary>Whether page 1 is the newest.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Whether rows go from newest to oldest within a page.</summary>
    public bool Descending { get; init; }

    public bool HasIds { get; init; } = true;

    /// <summary>What each page weighs.</summary>
    public int PageBytes { get; init; }

    /// <summary>Whether a last page that is exactly full claims that another, empty one follows.</summary>
    public bool FullPagesClaimMore { get; init; }

    /// <summary>Called before a page is read, with how many were read before.</summary>
    public Action<int>? BeforeRead { get; set; }

    /// <summary>The pages that were read.</summary>
    public List<int> Reads { get; } = [];

    /// <summary>Everything, oldest first, by its texts.</summary>
    public IReadOnlyList<string> Texts => [.. _rows.Select(r => r.Request!)];

    /// <summary>Adds rows, each this much later than the one before.</summary>
    public void Grow(int count, int milliseconds = 1000)
    {
        for (int i = 0; i < count; i++)
        {
            Add(_rows.Count == 0 ? Start : _rows[^1].Date?.AddMilliseconds(milliseconds));
        }
    }

    public void Add(DateTimeOffset? date, string? text = null)
    {
        int number = _rows.Count;
        _rows.Add(
            new HistoryMessage
            {
                Id = HasIds ? number.ToString(CultureInfo.InvariantCulture) : "",
                Direction = number % 2 == 0 ? MessageDirection.Outgoing : MessageDirection.Incoming,
                Request = text ?? $"row {number}",
                Date = date,
            }
        );
    }

    public async Task<HistoryPage> ReadAsync(int page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeforeRead?.Invoke(Reads.Count);
        await Task.Yield();
        Reads.Add(page);
        int before = (page - 1) * PageSize;
        int after = _rows.Count - before - PageSize;
        IEnumerable<HistoryMessage> ordered = NewestFirst ? Enumerable.Reverse(_rows) : _rows;
        IEnumerable<HistoryMessage> rows = ordered.Skip(before).Take(PageSize);
        return new HistoryPage
        {
            Page = page,
            Messages = [.. Descending == NewestFirst ? rows : rows.Reverse()],
            HasMore = after > 0 || (after == 0 && FullPagesClaimMore),
            Bytes = PageBytes,
        };
    }
}
