namespace Ravatar.Client;

/// <summary>What a lost connection leaves open, and what history says about it.</summary>
internal sealed partial class Conversation
{
    /// <summary>Called (elsewhere, not under the gate) when only history can tell what became of a question.</summary>
    public Action? HistoryWanted { get; set; }

    private List<(ChatEvent Event, int Epoch)>? _held;
    private int _epoch;
    private bool _wakesReaders = true;
    private long _heldWeight;
    private TaskCompletionSource<bool>? _released;

    /// <summary>How many messages the server answered whose rows history has not shown us yet.</summary>
    public int ExpectedRowCount
    {
        get
        {
            lock (_gate)
            {
                return _expected.Count;
            }
        }
    }

    /// <summary>A new connection stands: what it brings is held until <see cref="Resume"/>, if anything is to be recovered first. Returns whether it is.</summary>
    public bool BeginEpoch(int epoch)
    {
        lock (_gate)
        {
            _epoch = epoch;
            bool anythingOpen = _matcher.Open.Any(m => m.Stage is OutgoingStage.Writing or OutgoingStage.Written or OutgoingStage.Received);
            if (anythingOpen)
            {
                _held ??= [];
            }
            return anythingOpen;
        }
    }

    /// <summary>The connection is gone: answers are no longer due, but for those that are so already.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _clock.Pause();
            foreach (OutgoingMessage message in _matcher.Open)
            {
                if (message.Due <= _clock.Now)
                {
                    TimeOut(message);
                }
            }
            SetTimer();
        }
    }

    /// <summary>Recovery is over: what was held is delivered, in order, and answers are due again.</summary>
    public void Resume()
    {
        TaskCompletionSource<bool>? released;
        bool historyWanted = false;
        lock (_gate)
        {
            _clock.Resume();
            SetTimer();
            foreach ((ChatEvent held, int epoch) in _held ?? [])
            {
                historyWanted |= Deliver(held, epoch);
            }
            _held = null;
            _heldWeight = 0;
            released = _released;
            _released = null;
        }
        released?.TrySetResult(true);
        if (historyWanted)
        {
            HistoryWanted?.Invoke();
        }
    }

    /// <summary>Completes when there is room for what the socket brings: recovery must not take unbounded memory, so the socket waits.</summary>
    public Task WhenRoomAsync()
    {
        lock (_gate)
        {
            if (_held is null || (_held.Count < _settings.HeldEvents && _heldWeight < _settings.HeldBytes))
            {
                return Task.CompletedTask;
            }
            _released ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _released.Task;
        }
    }

    /// <summary>Whether nothing is under way, and nothing was for so long.</summary>
    public bool IsQuietFor(TimeSpan time)
    {
        lock (_gate)
        {
            return _matcher.Open.Count == 0 && (_lastSettled == 0 || _time.GetElapsedTime(_lastSettled) >= time);
        }
    }

    /// <summary>Whether the server is not known to have everything that was written, or is about to be.</summary>
    public bool HasUnproven()
    {
        lock (_gate)
        {
            return _matcher.Open.Any(m => !m.Abandoned && m.Stage is not (OutgoingStage.Received or OutgoingStage.Settled));
        }
    }

    /// <summary>How many messages of earlier connections may or may not have reached the server.</summary>
    public int CountUncertain()
    {
        lock (_gate)
        {
            return _matcher.Open.Count(IsUncertain);
        }
    }

    /// <summary>Whether an answer is awaited that history may have: its question reached the server, on a connection that died or in doubt.</summary>
    public bool AwaitsHistory()
    {
        lock (_gate)
        {
            return _matcher.Open.Any(m =>
                !m.Abandoned && m.Due > _clock.Now && (m.Doubtful || (m.Stage == OutgoingStage.Received && m.Epoch < _epoch))
            );
        }
    }

    /// <summary>
    /// Goes through rows that history did not have before, oldest first: outgoing ones prove that a message arrived (and, as sockets are ordered,
    /// all before it); incoming ones are delivered unless a socket brought them already.
    /// </summary>
    public void ReadRows(IReadOnlyList<HistoryMessage> rows)
    {
        lock (_gate)
        {
            foreach (HistoryMessage row in rows)
            {
                if ((row.UserId is not null && row.UserId != _settings.UserId) || !_matcher.IsMine(row.AvatarId))
                {
                    continue;
                }
                if (row.Direction == MessageDirection.Outgoing)
                {
                    ReadOwnRow(row);
                }
                else if (row.Direction == MessageDirection.Incoming)
                {
                    ReadAnswerRow(row);
                }
            }
        }
    }

    /// <summary>History has settled: what it does not show never arrived. Returns those to send again, in order, ready to be written.</summary>
    public IReadOnlyList<OutgoingMessage> TakeAbsent()
    {
        lock (_gate)
        {
            List<OutgoingMessage> again = [];
            foreach (OutgoingMessage message in _matcher.Open.Where(IsUncertain).ToArray())
            {
                if (message.Abandoned)
                {
                    _matcher.Open.Remove(message);
                    Settle(message);
                    continue;
                }
                message.Stage = OutgoingStage.Waiting;
                message.Due = TimeSpan.MaxValue;
                message.Suspected = false;
                again.Add(message);
            }
            return again;
        }
    }

    /// <summary>History cannot be read, and at most once is wanted: they fail. Returns how many.</summary>
    public int GiveUpUncertain(Exception reason)
    {
        lock (_gate)
        {
            OutgoingMessage[] uncertain = [.. _matcher.Open.Where(IsUncertain)];
            foreach (OutgoingMessage message in uncertain)
            {
                _matcher.Open.Remove(message);
                Settle(message);
                message.Fail(reason);
            }
            return uncertain.Length;
        }
    }

    /// <summary>What history has not shown long after it settled it never will.</summary>
    public void ForgetExpectedRows()
    {
        lock (_gate)
        {
            _expected.Clear();
        }
    }

    private bool IsUncertain(OutgoingMessage message) =>
        message.Stage is OutgoingStage.Writing or OutgoingStage.Written && message.Epoch < _epoch;

    private void Hold(ChatEvent received, int epoch)
    {
        _held!.Add((received, epoch));
        _heldWeight += received.Weight;
    }

    private void ReadOwnRow(HistoryMessage row)
    {
        bool voice = row.ChatType == ChatType.Voice;
        string? text = voice ? null : OutgoingMessage.NormaliseOrNull(row.Request);
        if ((!voice && text is null) || _expected.Take(text))
        {
            return;
        }
        OutgoingMessage? found = _matcher.Open.FirstOrDefault(m => m.Epoch > 0 && !m.RowSeen && m.IsVoice == voice && m.Text == text);
        if (found is not null)
        {
            found.RowSeen = true;
            MarkReceivedUpTo(found);
        }
    }

    private void ReadAnswerRow(HistoryMessage row)
    {
        ChatAnswer answer = ChatAnswer.FromHistory(row);
        string? text = OutgoingMessage.NormaliseOrNull(row.Request);
        AnswerIdentity identity = new(answer, text);
        if (_delivered.TakeHistoryCopy(in identity))
        {
            return;
        }
        // Not every row of this user is ours: a text must be one we asked, a voice one that history shows we sent.
        OutgoingMessage? question = _matcher.Find(
            answer,
            text,
            q => q.Epoch > 0 && (q.IsVoice ? q.Stage == OutgoingStage.Received : text is not null),
            out bool isFollowUp
        );
        if (question is null && !isFollowUp)
        {
            return;
        }
        if (question is not null)
        {
            MarkReceivedUpTo(question);
        }
        _counters.RecoveredOnce();
        Answer(question, answer, text, in identity, isFollowUp, epoch: 0);
    }

    /// <summary>
    /// A socket delivers in order: what came before something that arrived has arrived too, if it was ever written. Returns whether that is news of
    /// a message of an earlier connection: its answer may be in history only.
    /// </summary>
    private bool MarkReceivedUpTo(OutgoingMessage last)
    {
        bool isNews = false;
        foreach (OutgoingMessage message in _matcher.Open)
        {
            if (message.Stage is OutgoingStage.Writing or OutgoingStage.Written or OutgoingStage.Waiting)
            {
                message.Stage = OutgoingStage.Received;
                isNews |= message.Epoch < _epoch && !ReferenceEquals(message, last);
                if (message.Due == TimeSpan.MaxValue)
                {
                    // Its connection died in the middle of the write, after all of it had got through.
                    StartWaiting(message);
                }
                message.Written.TrySetResult(true);
            }
            if (ReferenceEquals(message, last))
            {
                break;
            }
        }
        return isNews;
    }
}
