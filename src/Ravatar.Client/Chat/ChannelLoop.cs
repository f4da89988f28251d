namespace Ravatar.Client;

/// <summary>
/// The owner of a channel: the one task that changes its state once it took over what opening began. Connects, recovers what the last connection lost,
/// lets messages flow until the connection ends, and starts over; leaves when told to, or when trying again is pointless.
/// </summary>
internal sealed class ChannelLoop
{
    private static readonly TimeSpan ProofTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2);

    // Flushing, this twice, and the goodbye together stay under 8 s.
    private static readonly TimeSpan ShutTime = TimeSpan.FromMilliseconds(250);

    private readonly ChatOpening _opening;
    private readonly ChatEnvironment _environment;
    private readonly ChatChannelOptions _options;
    private readonly Conversation _conversation;
    private readonly Outbox _outbox;
    private readonly Broadcast<ChatEvent> _events;
    private readonly ChannelStates _states;
    private readonly ChannelCounters _counters;
    private readonly ChatConnector _connector;
    private readonly Reconciler _reconciler;
    private readonly CancellationToken _stop;
    private readonly TaskCompletionSource<bool> _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ChatEnd?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ChatConnection? _connection;

    /// <param name="opening">What is under way already; owned from now on.</param>
    /// <param name="conversation">The books.</param>
    /// <param name="outbox">What is to be sent.</param>
    /// <param name="events">Those who read.</param>
    /// <param name="counters">What is counted.</param>
    public ChannelLoop(ChatOpening opening, Conversation conversation, Outbox outbox, Broadcast<ChatEvent> events, ChannelCounters counters)
    {
        (_opening, _environment, _options, _states) = (opening, opening.Environment, opening.Options, opening.States);
        (_conversation, _outbox, _events, _counters) = (conversation, outbox, events, counters);
        (_connector, _stop) = (opening.Connector, opening.Stopped);
        _reconciler = new Reconciler(_environment, _options, opening.History, conversation, events, counters);
        conversation.HistoryWanted = _reconciler.Wake;
        conversation.SilenceSuspected = SuspectSilence;
    }

    /// <summary>Sees every message first, also those that are held back; must not wait.</summary>
    public required Action<ChatEvent> Inspect { get; init; }

    /// <summary>Completes at the first connection with null, or with how opening failed.</summary>
    public Task<ChatEnd?> Opened => _opened.Task;

    /// <summary>Runs until the channel has ended; never throws.</summary>
    public async Task<ChatEnd> RunAsync()
    {
        ChatEnd end;
        try
        {
            end = await LiveAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            end = Closed(null);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            end = Closed(null); // platforms report a cancelled connect in many ways
        }
        catch (Exception e)
        {
            ChatLog.LoopFailed(_environment.Logger, e);
            end = new ChatEnd(ChatEndReason.Failed, $"The channel failed: {e.Message}", Exception: e);
        }
        Stop(); // whatever ended it, nothing is read from history any more
        await _reconciler.StopAsync().ConfigureAwait(false);
        Finish(end);
        return end;
    }

    /// <summary>Asks the loop to leave; <see cref="RunAsync"/>'s task tells when it has.</summary>
    public void Stop()
    {
        if (_stopRequested.TrySetResult(true))
        {
            _opening.Stop();
        }
    }

    private async Task<ChatEnd> LiveAsync()
    {
        (IChatSocket? socket, ChatEnd? end) = await _opening.TakeConnectionAsync().ConfigureAwait(false);
        Outage outage = _opening.Outage;
        for (int epoch = 1; ; epoch++)
        {
            if (socket is null)
            {
                return end!;
            }
            bool waitWithoutBuffer = _environment.Connector.CanWaitWithoutBuffer;
            MessageLog log = new(epoch, _connector.Token, _environment.Logger, _environment.Payloads);
            using ChatConnection connection = new(epoch, socket, _connector.Token, waitWithoutBuffer, _options, _environment.Time, log);
            _connection = connection;
            await ServeAsync(connection).ConfigureAwait(false);
            _connection = null;
            ConnectionEnd over = await connection.Ended.ConfigureAwait(false);
            ChatLog.ConnectionEnded(_environment.Logger, epoch, over.Reason);
            if (over.Error is not null)
            {
                ChatLog.ConnectionError(_environment.Logger, epoch, over.Error);
            }
            if (_stop.IsCancellationRequested)
            {
                return Closed(over);
            }
            bool proven = _conversation.IsProven(epoch) || _environment.Time.GetElapsedTime(connection.Opened) >= ProofTime;
            // One that ended before the channel was open is an attempt to open it, and counts as such.
            bool opened = _opened.Task.IsCompleted;
            bool outageBegins = opened && (proven || epoch == 1);
            if (!opened)
            {
                _connector.StartOver();
            }
            // What opening had to refresh still counts, until a connection proves itself.
            outage = outageBegins ? new Outage(over) { TokenRefreshed = !proven && outage.TokenRefreshed } : outage;
            if (ChatConnector.IsTokenRefusal(over))
            {
                if (await _connector.RefreshAsync(over, outage, _stop).ConfigureAwait(false) is { } refused)
                {
                    return refused;
                }
            }
            else if (!outageBegins)
            {
                outage.Fail(over);
            }
            (socket, end) = await _connector.ConnectAsync(outage, _stop).ConfigureAwait(false);
        }
    }

    /// <summary>One connection, from its first byte to its last.</summary>
    private async Task ServeAsync(ChatConnection connection)
    {
        if (connection.Epoch > 1)
        {
            _counters.ReconnectedOnce();
        }
        bool recovers = _conversation.BeginEpoch(connection.Epoch);
        var caughtUp = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task reading = Task.Run(
            () =>
                connection.ReadAsync(
                    e => Receive(e, connection.Epoch),
                    () => RoomToReceiveAsync(caughtUp),
                    () =>
                    {
                        caughtUp.TrySetResult(true);
                        _events.Wake();
                    }
                ),
            CancellationToken.None
        );
        Task flowing = FlowAsync(connection, recovers, caughtUp.Task);
        if (!ReferenceEquals(await Task.WhenAny(connection.Ended, _stopRequested.Task).ConfigureAwait(false), connection.Ended))
        {
            await _outbox.ShutAsync().FinishesWithin(ShutTime, _environment.Time).ConfigureAwait(false);
            await connection.CloseAsync(GoodbyeTime).ConfigureAwait(false);
        }
        await flowing.ConfigureAwait(false);
        _conversation.Pause();
        await _outbox.ShutAsync().ConfigureAwait(false);
        // An aborted socket's read returns; a platform that breaks this promise must not hold up the next connection.
        await reading.FinishesWithin(ShutTime, _environment.Time).ConfigureAwait(false);
    }

    private async Task FlowAsync(ChatConnection connection, bool recovers, Task caughtUp)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(connection.Gone, _stop);
        try
        {
            IReadOnlyList<OutgoingMessage> again = [];
            if (recovers)
            {
                _states.Show(
                    new ChatStateChange(
                        ChatState.Recovering,
                        $"Connection {connection.Epoch} stands; history tells what the last one lost."
                    )
                );
                again = await _reconciler.RecoverAsync(over.Token).ConfigureAwait(false);
            }
            await _reconciler.BaselineAsync(over.Token).ConfigureAwait(false);
            if (!_opened.Task.IsCompleted)
            {
                // What the server said meanwhile may be its goodbye.
                await caughtUp.WithCancellation(over.Token).ConfigureAwait(false);
                over.Token.ThrowIfCancellationRequested();
                if (connection.IsEnding)
                {
                    return;
                }
            }
            _conversation.Resume();
            _outbox.Open(connection, again);
            _states.Show(new ChatStateChange(ChatState.Connected, $"Connection {connection.Epoch} stands."));
            _opened.TrySetResult(null);
            await _reconciler.WatchAsync(over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // the connection is gone, or we are leaving: what is still open is looked at after the next one
        }
        catch (Exception e)
        {
            ChatLog.LoopFailed(_environment.Logger, e);
            connection.End(new ConnectionEnd($"Recovery failed: {e.Message}", Error: e));
        }
    }

    private void Receive(ChatEvent received, int epoch)
    {
        _counters.ReceivedOnce(received is not UnknownEvent);
        Inspect(received);
        _conversation.Receive(received, epoch);
    }

    /// <summary>Held back while recovery's buffer is full, or, if so wished, until every reader has room.</summary>
    private Task RoomToReceiveAsync(TaskCompletionSource<bool> caughtUp)
    {
        Task held = _conversation.WhenRoomAsync();
        if (held.IsCompleted && (_options.SlowReaders == SlowReaderPolicy.DropOldest || _events.HasRoom))
        {
            return held;
        }
        // Room may not come before the channel is open.
        caughtUp.TrySetResult(true);
        return WaitForRoomAsync(held);
    }

    private async Task WaitForRoomAsync(Task held)
    {
        await held.ConfigureAwait(false);
        while (_options.SlowReaders == SlowReaderPolicy.HoldSocket)
        {
            Task made = _events.RoomMadeAsync();
            if (_events.HasRoom)
            {
                return;
            }
            await made.ConfigureAwait(false);
        }
    }

    private void SuspectSilence(int epoch)
    {
        if (_connection is { } connection && connection.Epoch == epoch)
        {
            connection.End(new ConnectionEnd("Nothing came although an answer is overdue; the connection is taken for dead."));
        }
    }

    private static ChatEnd Closed(ConnectionEnd? over) =>
        new(ChatEndReason.ClosedByClient, "It was closed on this side.", over?.CloseCode, over?.CloseText);

    /// <summary>What was held reaches the readers; what is pending fails with the reason.</summary>
    private void Finish(ChatEnd end)
    {
        Exception pending = end.Exception is RavatarException known
            ? known
            : new RavatarConnectionException($"The chat channel has ended: {end.Message}", end.Exception)
            {
                CloseCode = end.CloseCode,
                CloseReason = end.CloseText,
                Recommendation = "Open a new channel.",
            };
        _conversation.Resume();
        _conversation.Dispose();
        _outbox.Close(pending);
        _conversation.Fail(pending);
        _opened.TrySetResult(end);
        _states.ShowLast(new ChatStateChange(ChatState.Closed, end.Message, Error: end.Exception));
        _events.Complete();
    }
}
