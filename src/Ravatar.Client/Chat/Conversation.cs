namespace Ravatar.Client;

/// <summary>
/// The books of a channel: what was asked and is open, what was answered, what readers have had, what history still owes. One gate guards
/// them; it is held for a few comparisons at a time, never while anything is waited for, and no user code runs under it.
/// </summary>
internal sealed partial class Conversation : IDisposable
{
    private readonly object _gate = new();
    private readonly AnswerMatcher _matcher;
    private readonly DeliveredAnswers _delivered = new();
    private readonly ExpectedRows _expected = new();
    private readonly ConnectedClock _clock;
    private readonly ITimer _timer;
    private readonly Broadcast<ChatEvent> _readers;
    private readonly Room _room;
    private readonly ChannelCounters _counters;
    private readonly ConversationSettings _settings;
    private readonly LiveMode _live;
    private readonly TimeProvider _time;
    private long _lastSettled;
    private long _receivedCount;
    private int _provenEpoch;

    public Conversation(
        ConversationSettings settings,
        Broadcast<ChatEvent> readers,
        Room room,
        ChannelCounters counters,
        LiveMode live,
        TimeProvider time
    )
    {
        (_settings, _readers, _room, _counters, _live, _time) = (settings, readers, room, counters, live, time);
        _matcher = new AnswerMatcher(settings.AvatarId);
        _clock = new ConnectedClock(time);
        _timer = time.CreateTimer(static c => ((Conversation)c!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called when nothing has come on a connection although an answer is overdue; the argument is its number.</summary>
    public Action<int>? SilenceSuspected { get; set; }

    /// <summary>Whether something we sent was answered on this connection.</summary>
    public bool IsProven(int epoch) => Volatile.Read(ref _provenEpoch) == epoch;

    /// <summary>The next thing done with this message is writing it; false when nobody wants it any more.</summary>
    public bool TryBeginWrite(OutgoingMessage message, int epoch)
    {
        lock (_gate)
        {
            if (message.Stage != OutgoingStage.Waiting || FailsAsStale(message))
            {
                return false;
            }
            if (message.Epoch == 0)
            {
                _matcher.Open.AddLast(message);
            }
            message.Stage = OutgoingStage.Writing;
            message.Epoch = epoch;
            message.WrittenTimestamp = _time.GetTimestamp();
            return true;
        }
    }

    /// <summary>It is on the socket; its answer may have come already.</summary>
    public void Wrote(OutgoingMessage message)
    {
        lock (_gate)
        {
            message.WrittenTimestamp = _time.GetTimestamp();
            if (message.Stage is OutgoingStage.Writing)
            {
                message.Stage = OutgoingStage.Written;
            }
            if (message.Stage is not OutgoingStage.Settled)
            {
                StartWaiting(message);
            }
        }
        message.Written.TrySetResult(true);
    }

    /// <summary>Its caller has gone: never written (again), but if it was, its place is kept.</summary>
    public void Abandon(OutgoingMessage message)
    {
        lock (_gate)
        {
            message.Abandoned = true;
            if (message.Stage == OutgoingStage.Waiting)
            {
                _matcher.Open.Remove(message);
                Settle(message);
            }
        }
    }

    /// <summary>Takes what a connection brought: to the readers and the question it answers, or into hold.</summary>
    public void Receive(ChatEvent received, int epoch)
    {
        bool historyWanted;
        lock (_gate)
        {
            if (_held is not null)
            {
                Hold(received, epoch);
                return;
            }
            // Readers are woken for several at once: whoever reads the socket wakes them before it waits.
            _wakesReaders = false;
            historyWanted = Deliver(received, epoch);
            _wakesReaders = true;
        }
        if (historyWanted)
        {
            HistoryWanted?.Invoke();
        }
    }

    /// <summary>Everything still under way fails with this, also what is asked later.</summary>
    public void Fail(Exception reason)
    {
        lock (_gate)
        {
            foreach (OutgoingMessage message in _matcher.Open)
            {
                message.Stage = OutgoingStage.Settled;
                message.Fail(reason);
            }
            _matcher.Open.Clear();
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Under the gate. Returns whether history should be asked.</summary>
    private bool Deliver(ChatEvent received, int epoch)
    {
        _receivedCount++;
        if (received is not ChatAnswer answer || !_matcher.IsMine(answer.AvatarId))
        {
            _readers.Publish(received, _wakesReaders);
            return false;
        }
        string? text = OutgoingMessage.NormaliseOrNull(answer.Request);
        _matcher.Forget(_clock.Now);
        OutgoingMessage? question = _matcher.Find(answer, text, eligible: null, out bool isFollowUp);
        AnswerIdentity identity = new(answer, text);
        if (_delivered.TakeSocketCopy(in identity, epoch, mayLackDates: question is null))
        {
            _counters.DuplicateDropped();
            // Without an _id it may be the answer to an equal question that is open now: history knows.
            bool arbitrate = question is not null && answer.Id is null && question.Epoch > 0;
            if (arbitrate)
            {
                question!.Doubtful = true;
            }
            return arbitrate;
        }
        bool isHistoryOwed = false;
        if (question is not null)
        {
            Volatile.Write(ref _provenEpoch, epoch);
            isHistoryOwed = MarkReceivedUpTo(question);
        }
        Answer(question, answer, text, in identity, isFollowUp, epoch);
        return isHistoryOwed || (question is not null && _expected.Count >= Reconciler.RowsBeforeReading);
    }

    /// <summary>Under the gate: to the readers first, so that who asked finds it there as well.</summary>
    private void Answer(OutgoingMessage? question, ChatAnswer answer, string? text, in AnswerIdentity identity, bool isFollowUp, int epoch)
    {
        answer.IsFollowUp = isFollowUp;
        answer.IsVoice = question?.IsVoice ?? false;
        _delivered.Add(in identity, epoch, answer.IsRecovered);
        _readers.Publish(answer, _wakesReaders);
        if (question is null)
        {
            return;
        }
        _matcher.Close(question, answer, text, _clock.Now + question.AnswerTimeout);
        if (!question.RowSeen)
        {
            _expected.Add(question);
        }
        Settle(question);
        question.Written.TrySetResult(true);
        question.Answer?.TrySetResult(answer);
    }

    private void Settle(OutgoingMessage message)
    {
        message.Stage = OutgoingStage.Settled;
        _lastSettled = _time.GetTimestamp();
        if (message.IsAdmitted)
        {
            _room.Leave(message.Frame.Length);
        }
    }

    /// <summary>Under the gate: a message for a live session that is over must not reach the server any more.</summary>
    private bool FailsAsStale(OutgoingMessage message)
    {
        if (!_live.IsStale(message.LicenseId))
        {
            return false;
        }
        _matcher.Open.Remove(message);
        Settle(message);
        message.Fail(LiveMode.StaleMessage());
        return true;
    }
}
