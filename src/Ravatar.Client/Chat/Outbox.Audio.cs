#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace Ravatar.Client;

/// <summary>Live audio: beside the messages, after them, and never kept for the next connection.</summary>
internal sealed partial class Outbox
{
    private static readonly ValueTask<bool> s_written = new(true);
    private static readonly ValueTask<bool> s_dropped = new(false);

    private readonly AudioLane _audio = new();

    /// <summary>
    /// Sends a frame: at once and on the caller's thread while nothing else is written, else after what waits. Never late: where more than two seconds would
    /// wait, the oldest frame gives way, and while there is no connection the frame itself is dropped. Completes with whether it was written.
    /// </summary>
    public ValueTask<bool> SendAudioAsync(PcmTemplate template, ReadOnlyMemory<byte> samples)
    {
        ChatConnection? connection;
        AudioMessage message;
        lock (_gate)
        {
            connection = _closed is null ? _connection : null;
            if (connection is null || connection.Gone.IsCancellationRequested)
            {
                _counters.AudioDropped(1);
                return s_dropped;
            }
            message = _audio.Rent();
            if (_writing)
            {
                return Queue(message, template, samples.Span);
            }
            _writing = true;
        }
        return WriteNow(message, template, samples.Span, connection);
    }

    /// <summary>Under the gate: behind those that wait. The samples stay the caller's, so they are encoded here and now.</summary>
    private ValueTask<bool> Queue(AudioMessage message, PcmTemplate template, ReadOnlySpan<byte> samples)
    {
        message.Fill(template, samples);
        message.Written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<bool> written = message.Written.Task;
        if (_audio.Add(message))
        {
            _counters.AudioDropped(1);
        }
        return new ValueTask<bool>(written);
    }

    /// <summary>As the one writer there is. Nothing is allocated where the socket takes the frame at once.</summary>
    private ValueTask<bool> WriteNow(AudioMessage message, PcmTemplate template, ReadOnlySpan<byte> samples, ChatConnection connection)
    {
        ValueTask writing;
        try
        {
            message.Fill(template, samples);
            writing = connection.WriteAsync(message.Frame);
        }
        catch (Exception e)
        {
            FailAudio(connection, e);
            return s_dropped;
        }
        if (!writing.IsCompletedSuccessfully)
        {
            return FinishNowAsync(writing, message, connection);
        }
        FinishNow(message, connection);
        return s_written;
    }

#if NET8_0_OR_GREATER
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
#endif
    private async ValueTask<bool> FinishNowAsync(ValueTask writing, AudioMessage message, ChatConnection connection)
    {
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            FailAudio(connection, e);
            return false;
        }
        FinishNow(message, connection);
        return true;
    }

    private void FinishNow(AudioMessage message, ChatConnection connection)
    {
        _counters.SentOnce();
        bool goesOn;
        lock (_gate)
        {
            _audio.Return(message);
            goesOn = GoesOn(connection);
        }
        if (goesOn)
        {
            StartDraining(connection);
        }
    }

    /// <summary>Its message is not used again: a send that was given up may still be reading it.</summary>
    private void FailAudio(ChatConnection connection, Exception e)
    {
        connection.End(new ConnectionEnd($"Writing failed: {e.GetBaseException().Message}", Error: e));
        _counters.AudioDropped(1);
        StopWriting(connection);
    }

    /// <summary>What waited, written by the one that empties the queues; returns whether the connection still stands.</summary>
    private async ValueTask<bool> WriteAudioAsync(AudioMessage message, ChatConnection connection)
    {
        bool written;
        try
        {
            await connection.WriteAsync(message.Frame).ConfigureAwait(false);
            _counters.SentOnce();
            written = true;
        }
        catch (Exception e)
        {
            connection.End(new ConnectionEnd($"Writing failed: {e.GetBaseException().Message}", Error: e));
            _counters.AudioDropped(1);
            written = false;
        }
        message.Written?.TrySetResult(written);
        if (written)
        {
            lock (_gate)
            {
                _audio.Return(message);
            }
        }
        return written;
    }

    /// <summary>Its session is over: what waits is of no use to the next.</summary>
    public void DropAudio()
    {
        lock (_gate)
        {
            PurgeAudio();
        }
    }

    /// <summary>Under the gate, when a connection goes.</summary>
    private void PurgeAudio() => _counters.AudioDropped(_audio.Purge());
}
