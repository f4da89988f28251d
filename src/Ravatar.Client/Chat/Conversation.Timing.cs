namespace Ravatar.Client;

/// <summary>When answers are due, connections suspected and places given up: one timer for all of it.</summary>
internal sealed partial class Conversation
{
    // A tick that is so late comes after a sleep of the machine, or of the process.
    private static readonly TimeSpan SleepShows = TimeSpan.FromSeconds(1);

    // What the timer waits for, and when it was to fire, both in connected time.
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private TimeSpan _firesAt = TimeSpan.MaxValue;

    private void Tick()
    {
        int suspected = 0;
        lock (_gate)
        {
            if (!_clock.IsRunning)
            {
                return; // the connection was lost while this was on its way
            }
            TimeSpan now = _clock.Now;
            NoticeSleep(now);
            foreach (OutgoingMessage message in _matcher.Open.Where(m => m.Due <= now || IsOverdue(m, now)).ToArray())
            {
                // One late tick may have to do all of it.
                if (IsOverdue(message, now))
                {
                    message.Suspected = true;
                    suspected = message.Epoch;
                }
                if (message.Due <= now)
                {
                    TimeOut(message);
                }
                if (message.Leaves <= now)
                {
                    GiveUpPlace(message);
                }
            }
            SetTimer();
        }
        if (suspected > 0)
        {
            SilenceSuspected?.Invoke(suspected);
        }
    }

    private void TimeOut(OutgoingMessage message)
    {
        if (!IsAwaited(message))
        {
            return;
        }
        message.Abandoned = true;
        _counters.TimedOutOnce();
        bool failed = message.Answer!.TrySetException(
            new RavatarTimeoutException($"No answer came within {message.AnswerTimeout.TotalSeconds:0.###} s.")
            {
                Recommendation =
                    "Ask again, or give the question more time (ChatOptions.AnswerTimeout; the service's own value is messageTimeoutSeconds).",
            }
        );
        if (failed)
        {
            Detached.Observe(message.Answer.Task);
        }
    }

    private void GiveUpPlace(OutgoingMessage message)
    {
        _matcher.Open.Remove(message);
        if (!message.RowSeen)
        {
            _expected.Add(message); // unanswered for so long on a working connection: the server has it
        }
        Settle(message);
    }

    private static bool IsAwaited(OutgoingMessage message) => message.Answer is not null && !message.Abandoned;

    /// <summary>Where the platform does not ping: nothing at all has come since this was written, and its answer should have.</summary>
    private bool IsOverdue(OutgoingMessage message, TimeSpan now) =>
        _settings.SuspectSilence && message.OverdueAt <= now && message.MayBeOverdue(_epoch, _receivedCount);

    /// <summary>Under the gate: its answer is due from now on.</summary>
    private void StartWaiting(OutgoingMessage message)
    {
        message.WrittenAt = _clock.Now;
        message.ReceivedBefore = _receivedCount;
        message.Due = message.WrittenAt + message.AnswerTimeout;
        TimeSpan moment = NextMoment(message);
        if (!_clock.IsRunning)
        {
            return;
        }
        if (NoticeSleep(message.WrittenAt))
        {
            SetTimer(); // the timer may have slept too, and still be long in coming
        }
        else if (moment < _armedFor)
        {
            SetTimer(moment);
        }
    }

    /// <summary>Under the gate: whether the timer should have fired long ago. If so, nobody noticed either if the connection died.</summary>
    private bool NoticeSleep(TimeSpan now)
    {
        if (now - _firesAt <= SleepShows)
        {
            return false;
        }
        foreach (OutgoingMessage message in _matcher.Open)
        {
            message.StayUntilNoticed(now);
        }
        return true;
    }

    /// <summary>
    /// Under the gate: when this message wants the timer next. Goes by what has been done about it, not by the time: timers fire early or late, and what is
    /// past but not done yet is still wanted.
    /// </summary>
    private TimeSpan NextMoment(OutgoingMessage message)
    {
        TimeSpan moment = IsAwaited(message) ? message.Due : message.Leaves;
        bool watched = _settings.SuspectSilence && message.MayBeOverdue(_epoch, _receivedCount);
        return watched && message.OverdueAt < moment ? message.OverdueAt : moment;
    }

    /// <summary>Under the gate: to the earliest moment at which anything is due.</summary>
    private void SetTimer()
    {
        TimeSpan next = TimeSpan.MaxValue;
        if (_clock.IsRunning)
        {
            foreach (OutgoingMessage message in _matcher.Open)
            {
                TimeSpan moment = NextMoment(message);
                next = moment < next ? moment : next;
            }
        }
        SetTimer(next);
    }

    private void SetTimer(TimeSpan moment)
    {
        _armedFor = moment;
        if (moment == TimeSpan.MaxValue)
        {
            _firesAt = moment;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        TimeSpan now = _clock.Now;
        _firesAt = moment > now ? moment : now;
        // A little more than needed, so that rounding never wakes it too early.
        _timer.Change(_firesAt - now + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }
}
