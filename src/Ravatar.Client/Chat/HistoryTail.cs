namespace Ravatar.Client;

/// <summary>
/// The end of a user's history: what was there when the channel opened, and what has come since. Goes by position and <c>_id</c>, never by our
/// clock against the server's; finds out from dates whether page 1 is the newest or the oldest. One caller at a time.
/// </summary>
internal sealed class HistoryTail(Func<int, CancellationToken, Task<HistoryPage>> readPage)
{
    // Far more than can come while a connection is down; a server without end must not keep us reading.
    private const int MaxPages = 64;
    private const long MaxBytes = 32 * 1024 * 1024;
    private const int MaxKnown = 512;

    private readonly Queue<string> _knownInOrder = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private bool? _newestFirst;
    private bool? _descending;
    private int _lastPage = 1;

    /// <summary>Whether it is known what was there at the beginning.</summary>
    public bool IsFixed { get; private set; }

    /// <summary>Notes what is there now: all that comes later is new.</summary>
    /// <exception cref="RavatarException">History cannot be read.</exception>
    public async Task FixAsync(CancellationToken cancellationToken)
    {
        HistoryPage page = await readPage(1, cancellationToken).ConfigureAwait(false);
        if (page.HasMore && !await IsNewestFirstAsync(page, cancellationToken).ConfigureAwait(false))
        {
            page = await FindLastPageAsync(cancellationToken).ConfigureAwait(false);
        }
        Remember(Ascending(page));
        IsFixed = true;
    }

    /// <summary>The rows that were not there before, oldest first; from now on they are known.</summary>
    /// <exception cref="RavatarException">History cannot be read.</exception>
    public async Task<IReadOnlyList<HistoryMessage>> ReadNewAsync(CancellationToken cancellationToken)
    {
        List<HistoryPage> pages = [];
        HistoryPage page = await readPage(_newestFirst == false ? _lastPage : 1, cancellationToken).ConfigureAwait(false);
        bool newestFirst =
            !page.HasMore || _newestFirst is not null
                ? _newestFirst ?? true
                : await IsNewestFirstAsync(page, cancellationToken).ConfigureAwait(false);
        pages.Add(page);
        long bytes = page.Bytes;
        while (GoesOn(page) && pages.Count < MaxPages && bytes < MaxBytes && (!newestFirst || !page.Messages.Any(IsKnown)))
        {
            page = await readPage(page.Page + 1, cancellationToken).ConfigureAwait(false);
            pages.Add(page);
            bytes += page.Bytes;
        }
        if (newestFirst)
        {
            pages.Reverse();
        }
        else
        {
            _lastPage = page.Messages.Count > 0 ? page.Page : Math.Max(1, page.Page - 1);
        }
        List<HistoryMessage> fresh = Fresh(pages.SelectMany(Ascending));
        Remember(fresh);
        return fresh;
    }

    private static bool GoesOn(HistoryPage page) => page.HasMore && page.Messages.Count > 0;

    /// <summary>What is neither known nor older than all that is known; pages that shifted while they were read repeat rows.</summary>
    private List<HistoryMessage> Fresh(IEnumerable<HistoryMessage> rows)
    {
        List<HistoryMessage> all = [.. rows];
        int first = Math.Max(0, all.FindIndex(IsKnown));
        HashSet<string> seen = new(StringComparer.Ordinal);
        return [.. all.Skip(first).Where(r => !IsKnown(r) && seen.Add(IdentityOf(r)))];
    }

    private async Task<bool> IsNewestFirstAsync(HistoryPage first, CancellationToken cancellationToken)
    {
        if (_newestFirst is { } known)
        {
            return known;
        }
        if (IsDescending(first) == true)
        {
            _newestFirst = true; // falling dates on page 1 can only go on falling
            return true;
        }
        HistoryPage second = await readPage(2, cancellationToken).ConfigureAwait(false);
        if (NewestDate(first) is { } here && NewestDate(second) is { } there && here != there)
        {
            _newestFirst = here > there;
        }
        return _newestFirst ?? true; // what the service's own client takes it for
    }

    /// <summary>Doubles, then halves: a long history costs a few pages, not all.</summary>
    private async Task<HistoryPage> FindLastPageAsync(CancellationToken cancellationToken)
    {
        int low = 1;
        int high = 2;
        HistoryPage page;
        while (true)
        {
            page = await readPage(high, cancellationToken).ConfigureAwait(false);
            if (page.Messages.Count == 0 || !page.HasMore || high >= 1 << 20)
            {
                break;
            }
            (low, high) = (high, high * 2);
        }
        while (page.Messages.Count == 0 && high - low > 1 || (page.Messages.Count > 0 && page.HasMore && high - low > 1))
        {
            int middle = low + ((high - low) / 2);
            page = await readPage(middle, cancellationToken).ConfigureAwait(false);
            if (page.Messages.Count > 0 && !page.HasMore)
            {
                break;
            }
            (low, high) = page.Messages.Count > 0 ? (middle, high) : (low, middle);
        }
        if (page.Messages.Count == 0)
        {
            page = await readPage(low, cancellationToken).ConfigureAwait(false);
        }
        _lastPage = page.Page;
        return page;
    }

    private IEnumerable<HistoryMessage> Ascending(HistoryPage page)
    {
        _descending = IsDescending(page) ?? _descending;
        return _descending == true ? page.Messages.Reverse() : page.Messages;
    }

    private static bool? IsDescending(HistoryPage page)
    {
        DateTimeOffset? first = page.Messages.Select(m => m.Date).FirstOrDefault(d => d is not null);
        DateTimeOffset? last = page.Messages.Select(m => m.Date).LastOrDefault(d => d is not null);
        return first is null || first == last ? null : first > last;
    }

    private static DateTimeOffset? NewestDate(HistoryPage page) => page.Messages.Max(m => m.Date);

    private bool IsKnown(HistoryMessage row) => _known.Contains(IdentityOf(row));

    private void Remember(IEnumerable<HistoryMessage> rows)
    {
        foreach (HistoryMessage row in rows)
        {
            string identity = IdentityOf(row);
            if (_known.Add(identity))
            {
                _knownInOrder.Enqueue(identity);
            }
        }
        while (_knownInOrder.Count > MaxKnown)
        {
            _known.Remove(_knownInOrder.Dequeue());
        }
    }

    /// <summary>A row without an <c>_id</c> is told apart by what else it says. What is long is kept as its hash.</summary>
    private static string IdentityOf(HistoryMessage row) =>
        Fingerprint.Of(
            row.Id.Length > 0 ? row.Id : $"\n{row.Direction}\n{row.Date?.ToUnixTimeMilliseconds()}\n{row.Request}\n{row.Answer}"
        );
}
