namespace Ravatar.Client;

/// <summary>
/// Which answers readers have had, so that the copy that comes by the other way (history, or a new connection) is left out; each delivery
/// excuses one copy by each way. Not thread-safe; <see cref="Conversation"/> guards it.
/// </summary>
internal sealed class DeliveredAnswers
{
    /// <summary>Enough for all answers between two readings of history, by far.</summary>
    private const int Capacity = 1024;

    // A ring, once it is full. Digests lie side by side: a thousand that differ are passed over in a few dozen steps.
    private int[] _digests = [];
    private Entry[] _entries = [];
    private int _count;
    private int _oldest;

    // How many entries the newest connection could bring a copy of. While there are none, nothing is searched.
    private int _openToSockets;
    private int _newestEpoch;

    /// <summary>Notes an answer that readers get now.</summary>
    public void Add(in AnswerIdentity answer, int epoch, bool fromHistory)
    {
        int at = NextPlace();
        _digests[at] = answer.Digest;
        _entries[at] = new Entry
        {
            Answer = answer,
            Epoch = epoch,
            FromHistory = fromHistory,
        };
        _openToSockets += _entries[at].IsOpenToSocket(_newestEpoch) ? 1 : 0;
    }

    /// <summary>Whether history's copy of an answer is one that a socket brought.</summary>
    public bool TakeHistoryCopy(in AnswerIdentity answer)
    {
        int found = Find(in answer, epoch: null, mayLackDates: true);
        if (found >= 0)
        {
            _entries[found].HistoryTaken = true;
        }
        return found >= 0;
    }

    /// <summary>Whether a socket's copy of an answer is one that history brought, or an earlier socket.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="epoch">The number of the connection it came by.</param>
    /// <param name="mayLackDates">Whether equal words are enough where neither <c>_id</c> nor date can tell.</param>
    public bool TakeSocketCopy(in AnswerIdentity answer, int epoch, bool mayLackDates)
    {
        if (epoch > _newestEpoch)
        {
            BeginEpoch(epoch);
        }
        int found = _openToSockets == 0 ? -1 : Find(in answer, epoch, mayLackDates);
        if (found >= 0)
        {
            _entries[found].SocketTaken = true;
            _openToSockets--;
        }
        return found >= 0;
    }

    private void BeginEpoch(int epoch)
    {
        _newestEpoch = epoch;
        _openToSockets = 0;
        for (int i = 0; i < _count; i++)
        {
            _openToSockets += _entries[i].IsOpenToSocket(epoch) ? 1 : 0;
        }
    }

    /// <summary>A new one, or the oldest one's.</summary>
    private int NextPlace()
    {
        if (_count == Capacity)
        {
            int oldest = _oldest;
            _oldest = (oldest + 1) % Capacity;
            _openToSockets -= _entries[oldest].IsOpenToSocket(_newestEpoch) ? 1 : 0;
            return oldest;
        }
        if (_count == _entries.Length)
        {
            int length = Math.Min(Capacity, Math.Max(4, _count * 2));
            Array.Resize(ref _digests, length);
            Array.Resize(ref _entries, length);
        }
        return _count++;
    }

    /// <summary>The oldest that this is a copy of and that is open to this connection, or without one to history; -1 if there is none.</summary>
    private int Find(in AnswerIdentity answer, int? epoch, bool mayLackDates)
    {
        int found = Find(_oldest, _count, in answer, epoch, mayLackDates);
        return found < 0 ? Find(0, _oldest, in answer, epoch, mayLackDates) : found;
    }

    private int Find(int from, int to, in AnswerIdentity answer, int? epoch, bool mayLackDates)
    {
        for (int at = from; at < to; at++)
        {
            int next = _digests.AsSpan(at, to - at).IndexOf(answer.Digest);
            if (next < 0)
            {
                return -1;
            }
            at += next;
            ref readonly Entry entry = ref _entries[at];
            bool open = epoch is { } socket ? entry.IsOpenToSocket(socket) : entry.IsOpenToHistory;
            if (open && entry.Answer.IsCopyOf(in answer, mayLackDates))
            {
                return at;
            }
        }
        return -1;
    }

    private struct Entry
    {
        public AnswerIdentity Answer;
        public int Epoch;
        public bool FromHistory;
        public bool HistoryTaken;
        public bool SocketTaken;

        public readonly bool IsOpenToHistory => !FromHistory && !HistoryTaken;

        /// <summary>Whether this connection could bring a copy.</summary>
        public readonly bool IsOpenToSocket(int epoch) => !SocketTaken && (FromHistory || Epoch < epoch);
    }
}
