namespace Ravatar.Client;

/// <summary>
/// The one ordered way to the socket. Who posts while nothing waits and a connection is open writes at once, on its own thread; otherwise the
/// message waits, and one writer at a time empties the queue. While there is no connection, or history is still being asked, everything waits.
/// What is under way, written but unanswered messages included, is bounded by <see cref="Room"/>; what finds none waits in front, in the order in
/// which it came, together with its caller.
/// </summary>
internal sealed partial class Outbox
{
    private readonly object _gate = new();
    private readonly Conversation _conversation;
    private readonly Room _room;
    private readonly ChannelCounters _counters;
    private readonly LinkedList<OutgoingMessage> _waiting = new();
    private readonly LinkedList<OutgoingMessage> _lobby = new();
    private ChatConnection? _connection;
    private bool _writing;
    private TaskCompletionSource<bool>? _stopped;
    private TaskCompletionSource<bool>? _emptied;
    private Exception? _closed;

    public Outbox(Conversation conversation, Room room, ChannelCounters counters)
    {
        (_conversation, _room, _counters) = (conversation, room, counters);
        room.Left = Admit;
    }

    /// <summary>Adds a message. <see cref="OutgoingMessage.Written"/> tells when it is on the socket.</summary>
    public ValueTask PostAsync(OutgoingMessage message)
    {
        ChatConnection connection;
        lock (_gate)
        {
            if (_closed is not null)
            {
                message.Fail(_closed);
                return default;
            }
            if (_lobby.Count > 0 || !_room.TryEnter(message.Frame.Length))
            {
                _lobby.AddLast(message);
                return default;
            }
            message.IsAdmitted = true;
            if (_connection is null || _writing || _waiting.Count > 0)
            {
                _waiting.AddLast(message);
                return default;
            }
            _writing = true;
            connection = _connection;
        }
        return WriteFirstAsync(message, connection);
    }

    /// <summary>Lets messages out on this connection: first those to be sent again, then what waits.</summary>
    public void Open(ChatConnection connection, IReadOnlyList<OutgoingMessage> again)
    {
        lock (_gate)
        {
            for (int i = again.Count - 1; i >= 0; i--)
            {
                _waiting.AddFirst(again[i]);
            }
            _connection = connection;
            _writing = _waiting.Count > 0;
            if (!_writing)
            {
                return;
            }
        }
        _ = Task.Run(() => DrainAsync(connection), CancellationToken.None);
    }

    /// <summary>Takes a message that nobody wants any more out of the queue.</summary>
    public void Remove(OutgoingMessage message)
    {
        lock (_gate)
        {
            if (!_lobby.Remove(message))
            {
                _waiting.Remove(message);
            }
            Note();
        }
        Admit(); // a large one in front may have been what held up the rest
    }

    /// <summary>Lets nothing out any more; completes when nobody is writing.</summary>
    public Task ShutAsync()
    {
        lock (_gate)
        {
            _connection = null;
            PurgeAudio();
            return _writing ? (_stopped ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    /// <summary>Completes when everything that waits has been written, or never will be.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            return _writing || _waiting.Count + _lobby.Count > 0
                ? (_emptied ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    /// <summary>Fails what waits, and all that comes.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            foreach (OutgoingMessage message in _waiting.Concat(_lobby))
            {
                message.Fail(_closed);
            }
            _waiting.Clear();
            _lobby.Clear();
            PurgeAudio();
            Note();
        }
    }

    /// <summary>There is room again: who came first is let in first, and written if nobody else is writing.</summary>
    private void Admit()
    {
        ChatConnection? connection;
        lock (_gate)
        {
            while (_lobby.First is { } first && _room.TryEnter(first.Value.Frame.Length))
            {
                _lobby.RemoveFirst();
                first.Value.IsAdmitted = true;
                _waiting.AddLast(first.Value);
            }
            connection = _writing || _waiting.Count == 0 ? null : _connection;
            _writing |= connection is not null;
        }
        if (connection is not null)
        {
            _ = Task.Run(() => DrainAsync(connection), CancellationToken.None);
        }
    }

    private async ValueTask WriteFirstAsync(OutgoingMessage message, ChatConnection connection)
    {
        if (!await WriteAsync(message, connection).ConfigureAwait(false))
        {
            StopWriting(connection);
            return;
        }
        HandOver(connection);
    }

    /// <summary>A caller has written its own: what came meanwhile is not its business.</summary>
    private void HandOver(ChatConnection connection)
    {
        bool goesOn;
        lock (_gate)
        {
            goesOn = GoesOn(connection);
        }
        if (goesOn)
        {
            StartDraining(connection);
        }
    }

    /// <summary>Under the gate, after a caller's write: whether more waits for this connection. If not, nobody is writing any more.</summary>
    private bool GoesOn(ChatConnection connection)
    {
        if (_waiting.Count + _audio.Count > 0 && ReferenceEquals(_connection, connection))
        {
            return true;
        }
        _writing = false;
        Note();
        return false;
    }

    // Apart, so that its closure is made here and not on every write.
    private void StartDraining(ChatConnection connection) => _ = Task.Run(() => DrainAsync(connection), CancellationToken.None);

    private async Task DrainAsync(ChatConnection connection)
    {
        while (TakeNext(connection) is var (message, audio))
        {
            bool stands = message is not null
                ? await WriteAsync(message, connection).ConfigureAwait(false)
                : await WriteAudioAsync(audio!, connection).ConfigureAwait(false);
            if (!stands)
            {
                StopWriting(connection);
                return;
            }
        }
    }

    /// <summary>Returns whether the connection still stands.</summary>
    private async ValueTask<bool> WriteAsync(OutgoingMessage message, ChatConnection connection)
    {
        if (connection.Gone.IsCancellationRequested)
        {
            PutBack(message); // not a byte of it was sent
            return false;
        }
        if (!_conversation.TryBeginWrite(message, connection.Epoch))
        {
            return true;
        }
        try
        {
            await connection.WriteAsync(message.Frame).ConfigureAwait(false);
            _counters.SentOnce();
            _conversation.Wrote(message);
            return true;
        }
        catch (Exception e)
        {
            // Not lost: its fate is uncertain now, and found out after the reconnect.
            connection.End(new ConnectionEnd($"Writing failed: {e.GetBaseException().Message}", Error: e));
            return false;
        }
    }

    private void PutBack(OutgoingMessage message)
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                _waiting.AddFirst(message);
            }
            else
            {
                message.Fail(_closed);
            }
        }
    }

    /// <summary>The next message, or where none waits the next frame of audio; null when there is nothing to do.</summary>
    private (OutgoingMessage? Message, AudioMessage? Audio)? TakeNext(ChatConnection connection)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_connection, connection))
            {
                if (_waiting.First is { } first)
                {
                    _waiting.RemoveFirst();
                    return (first.Value, null);
                }
                if (_audio.TakeOrNull() is { } audio)
                {
                    return (null, audio);
                }
            }
            _writing = false;
            Note();
            return null;
        }
    }

    /// <summary>The connection is broken: nothing more goes to it, so that what waits keeps its order.</summary>
    private void StopWriting(ChatConnection connection)
    {
        lock (_gate)
        {
            _connection = ReferenceEquals(_connection, connection) ? null : _connection;
            PurgeAudio();
            _writing = false;
            Note();
        }
    }

    /// <summary>Under the gate, when a writer stops or the queue shrinks.</summary>
    private void Note()
    {
        if (_writing)
        {
            return;
        }
        _stopped?.TrySetResult(true);
        _stopped = null;
        if (_waiting.Count + _lobby.Count == 0)
        {
            _emptied?.TrySetResult(true);
            _emptied = null;
        }
    }
}
