namespace Ravatar.Client;

/// <summary>Live audio: beside the messages, after them, and never kept for the next connection.</summary>
internal sealed partial class Outbox
{
    private readonly AudioLane _audio = new();

    /// <summary>
    /// Queues a frame; <see cref="AudioMessage.Written"/> tells what became of it. Never waits: where more than two seconds would wait, the oldest gives way,
    /// and while there is no connection the frame itself is dropped.
    /// </summary>
    public void PostAudio(AudioMessage message)
    {
        ChatConnection? connection;
        bool drains;
        lock (_gate)
        {
            connection = _closed is null ? _connection : null;
            if (connection is null)
            {
                _counters.AudioDropped(1);
                message.Written.TrySetResult(false);
                return;
            }
            if (_audio.Add(message))
            {
                _counters.AudioDropped(1);
            }
            drains = !_writing;
            _writing = true;
        }
        if (drains)
        {
            _ = Task.Run(() => DrainAsync(connection), CancellationToken.None);
        }
    }

    private async ValueTask<bool> WriteAudioAsync(AudioMessage message, ChatConnection connection)
    {
        try
        {
            await connection.WriteAsync(message.Frame).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            connection.End(new ConnectionEnd($"Writing failed: {e.GetBaseException().Message}", Error: e));
            _counters.AudioDropped(1);
            message.Written.TrySetResult(false);
            return false;
        }
        _counters.SentOnce();
        message.Written.TrySetResult(true);
        return true;
    }

    /// <summary>Under the gate, when a connection goes.</summary>
    private void PurgeAudio() => _counters.AudioDropped(_audio.Purge());
}
