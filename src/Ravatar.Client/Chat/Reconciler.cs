namespace Ravatar.Client;

/// <summary>
/// Reads history where the socket cannot be trusted: what was there at the start, what a lost connection took with it, and answers that went to
/// a connection that was already dead. Called by the channel's owner only, one thing at a time.
/// </summary>
internal sealed class Reconciler
{
    /// <summary>So many answered messages without having seen their rows, and history is read to keep the books short.</summary>
    public const int RowsBeforeReading = 256;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestBaselineWait = TimeSpan.FromSeconds(60);

    private readonly ChatEnvironment _environment;
    private readonly ChatChannelOptions _options;
    private readonly Conversation _conversation;
    private readonly Broadcast<ChatEvent> _events;
    private readonly ChannelCounters _counters;
    private readonly ChannelHistory _history;
    private readonly SemaphoreSlim _wake = new(0, 1);

    public Reconciler(
        ChatEnvironment environment,
        ChatChannelOptions options,
        ChannelHistory history,
        Conversation conversation,
        Broadcast<ChatEvent> events,
        ChannelCounters counters
    )
    {
        (_environment, _options, _history) = (environment, options, history);
        (_conversation, _events, _counters) = (conversation, events, counters);
    }

    private TimeProvider Time => _environment.Time;

    /// <summary>Waits, within limits, until it is noted what history held at the start; what is sent before could not be told apart later.</summary>
    public Task BaselineAsync(CancellationToken cancellationToken) => _history.Baseline.WithCancellation(cancellationToken);

    /// <summary>Completes when nothing is read any more.</summary>
    public Task StopAsync() => _history.Baseline;

    /// <summary>Something is in doubt that only history can settle.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount > 0)
        {
            return;
        }
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // somebody else did, just now
        }
    }

    /// <summary>
    /// After a reconnect: finds out which messages under way reached the server, and delivers the answers that were missed. Returns what must be sent again.
    /// </summary>
    public async Task<IReadOnlyList<OutgoingMessage>> RecoverAsync(CancellationToken cancellationToken)
    {
        await BaselineAsync(cancellationToken).ConfigureAwait(false);
        if (!_history.IsFixed)
        {
            return HistoryFailed(null);
        }
        long since = Time.GetTimestamp();
        for (int failures = 0; ; )
        {
            // Judged by when the reading began: what it does not show was not there then.
            TimeSpan elapsed = Time.GetElapsedTime(since);
            bool settled = elapsed >= _options.HistorySettleTime;
            RavatarException? failure = await TryReadAsync(cancellationToken).ConfigureAwait(false);
            if (_conversation.CountUncertain() == 0)
            {
                return [];
            }
            if (failure is null && settled)
            {
                return SendAgain();
            }
            if (failure is not null && settled && ++failures >= 3)
            {
                return HistoryFailed(failure);
            }
            TimeSpan left = _options.HistorySettleTime - elapsed;
            TimeSpan wait = left > TimeSpan.Zero && left < FirstWait ? left : FirstWait;
            await Time.DelayAsync(wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>While a connection stands: reads history whenever something can only be learnt there.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = FirstWait;
        TimeSpan baselineWait = LongestWait;
        while (true)
        {
            if (!_history.IsFixed)
            {
                await Time.DelayAsync(baselineWait, cancellationToken).ConfigureAwait(false);
                // Only in a pause: a row of what is under way must not be taken for one that was there before.
                if (!_conversation.IsQuietFor(_options.HistorySettleTime))
                {
                    baselineWait = FirstWait;
                    continue;
                }
                baselineWait = Shorter(baselineWait + LongestWait, LongestBaselineWait);
                await _history.TryFixAsync(cancellationToken).ConfigureAwait(false);
                _conversation.ForgetExpectedRows();
            }
            else if (_conversation.AwaitsHistory())
            {
                await Time.DelayAsync(wait, cancellationToken).ConfigureAwait(false);
                wait = Shorter(wait + FirstWait, LongestWait);
                await TryReadAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (_conversation.ExpectedRowCount >= RowsBeforeReading)
            {
                await ShortenBooksAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                wait = FirstWait;
                await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Rows that history still owes after it had time to settle will not come, and are not waited for.</summary>
    private async Task ShortenBooksAsync(CancellationToken cancellationToken)
    {
        await TryReadAsync(cancellationToken).ConfigureAwait(false);
        if (_conversation.ExpectedRowCount < RowsBeforeReading)
        {
            return;
        }
        await Time.DelayAsync(_options.HistorySettleTime, cancellationToken).ConfigureAwait(false);
        RavatarException? failure = await TryReadAsync(cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            _conversation.ForgetExpectedRows();
        }
    }

    private Task<RavatarException?> TryReadAsync(CancellationToken cancellationToken) =>
        _history.TryReadNewAsync(_conversation.ReadRows, cancellationToken);

    private IReadOnlyList<OutgoingMessage> SendAgain()
    {
        IReadOnlyList<OutgoingMessage> again = _conversation.TakeAbsent();
        _counters.Resent(again.Count);
        return again;
    }

    private IReadOnlyList<OutgoingMessage> HistoryFailed(Exception? failure)
    {
        int uncertain = _conversation.CountUncertain();
        if (uncertain == 0)
        {
            return [];
        }
        _counters.HistoryFailedOnce();
        _events.Publish(new HistoryUnavailable(uncertain, failure));
        if (_options.UncertainMessages == UncertainMessagePolicy.SendAgain)
        {
            return SendAgain();
        }
        RavatarConnectionException reason = new(
            "The connection was lost while the message was under way, and history cannot tell whether it arrived.",
            failure
        )
        {
            Recommendation =
                "Ask the user before sending it again: the server may have it. UncertainMessages = SendAgain sends it by itself.",
        };
        _counters.NotResent(_conversation.GiveUpUncertain(reason));
        return [];
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
