namespace Ravatar.Client;

/// <summary>
/// Which answers readers have had, so that the copy that comes by the other way (history, or a new connection) is left out. Compared by
/// <c>_id</c>, or where the socket's copy had none by avatar, request, answer and a date within 2 s; each delivery excuses one copy.
/// Not thread-safe; <see cref="Conversation"/> guards it.
/// </summary>
internal sealed class DeliveredAnswers
{
    /// <summary>Enough for all answers between two readings of history, by far.</summary>
    private const int Capacity = 1024;

    private static readonly TimeSpan DateTolerance = TimeSpan.FromSeconds(2);

    private readonly List<Entry> _entries = [];
    private int _oldest;
    private bool _anyFromHistory;

    /// <summary>Notes an answer that readers get now.</summary>
    public void Add(ChatAnswer answer, string? text, int epoch, bool fromHistory)
    {
        _anyFromHistory |= fromHistory;
        Entry entry = new(answer.Id, Digest(answer), answer.AvatarId, text, File(answer), answer.Date, epoch, fromHistory);
        if (_entries.Count < Capacity)
        {
            _entries.Add(entry);
            return;
        }
        _entries[_oldest] = entry;
        _oldest = (_oldest + 1) % Capacity;
    }

    /// <summary>Whether history's copy of an answer is one that a socket brought.</summary>
    public bool TakeHistoryCopy(ChatAnswer answer, string? text)
    {
        int found = Find(answer, text, static (e, _) => !e.FromHistory && !e.HistoryTaken, epoch: 0, mayLackDates: true);
        if (found >= 0)
        {
            _entries[found] = _entries[found] with { HistoryTaken = true };
        }
        return found >= 0;
    }

    /// <summary>Whether a socket's copy of an answer is one that history brought, or an earlier socket.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="text">Its <c>request</c>, normalised.</param>
    /// <param name="epoch">The number of the connection it came by.</param>
    /// <param name="mayLackDates">Whether equal words are enough where neither <c>_id</c> nor date can tell.</param>
    public bool TakeSocketCopy(ChatAnswer answer, string? text, int epoch, bool mayLackDates)
    {
        if (epoch <= 1 && !_anyFromHistory)
        {
            return false; // nothing came another way yet
        }
        int found = Find(answer, text, static (e, epoch) => !e.SocketTaken && (e.FromHistory || e.Epoch < epoch), epoch, mayLackDates);
        if (found >= 0)
        {
            _entries[found] = _entries[found] with { SocketTaken = true };
        }
        return found >= 0;
    }

    private int Find(ChatAnswer answer, string? text, Func<Entry, int, bool> free, int epoch, bool mayLackDates)
    {
        int digest = _entries.Count == 0 ? 0 : Digest(answer);
        for (int i = 0; i < _entries.Count; i++)
        {
            int index = (_oldest + i) % _entries.Count;
            Entry entry = _entries[index];
            if (entry.Digest == digest && free(entry, epoch) && IsCopy(entry, answer, text, mayLackDates))
            {
                return index;
            }
        }
        return -1;
    }

    private static bool IsCopy(Entry entry, ChatAnswer answer, string? text, bool mayLackDates)
    {
        if (entry.Id is not null && answer.Id is not null)
        {
            return entry.Id == answer.Id;
        }
        return SameOrUnknown(entry.AvatarId, answer.AvatarId)
            && SameOrUnknown(entry.Request, text)
            && SameOrUnknown(entry.File, File(answer))
            && (entry.Date is { } seen && answer.Date is { } date ? (seen - date).Duration() <= DateTolerance : mayLackDates);
    }

    private static bool SameOrUnknown(string? left, string? right) => left is null || right is null || left == right;

    /// <summary>What tells answers without words apart; beside words it does not count, as signed addresses differ from copy to copy.</summary>
    private static string? File(ChatAnswer answer) => answer.FullText.Length == 0 ? answer.FileUrl?.OriginalString : null;

    // The same _id with other words is a follow-up, not a copy: the words are always part of the comparison.
    private static int Digest(ChatAnswer answer) => StringComparer.Ordinal.GetHashCode(answer.FullText);

    private readonly record struct Entry(
        string? Id,
        int Digest,
        string? AvatarId,
        string? Request,
        string? File,
        DateTimeOffset? Date,
        int Epoch,
        bool FromHistory,
        bool HistoryTaken = false,
        bool SocketTaken = false
    );
}
