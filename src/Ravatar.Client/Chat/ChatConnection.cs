#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace Ravatar.Client;

/// <summary>How a connection ended.</summary>
internal sealed record ConnectionEnd(string Reason, int? CloseCode = null, string? CloseText = null, Exception? Error = null);

/// <summary>
/// One connection's life (an epoch): a socket, the loop that reads it, and the one reason for which it ended. Whoever finds it broken calls
/// <see cref="End"/>; the first reason stays.
/// </summary>
internal sealed class ChatConnection : IDisposable
{
    // A close frame holds 123 bytes of it; longer ones are no server's.
    private const int LongestReason = 500;

    private static readonly TimeSpan PatienceForAnswer = TimeSpan.FromSeconds(1);

    private readonly IChatSocket _socket;
    private readonly string _secret;
    private readonly ChatChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly CancellationToken _gone;
    private readonly Deadline _sendTime;
    private readonly FrameAssembler _frames;
    private readonly SendWait _sending;
    private readonly MessageLog _log;

    public ChatConnection(
        int epoch,
        IChatSocket socket,
        string secret,
        bool waitWithoutBuffer,
        ChatChannelOptions options,
        TimeProvider time,
        MessageLog log
    )
    {
        (Epoch, _socket, _secret, _options, _time, _log) = (epoch, socket, secret, options, time, log);
        _gone = _lifetime.Token;
        _sending = new SendWait(_gone);
        _frames = new FrameAssembler(socket, waitWithoutBuffer, options.MaxMessageBytes, log);
        _sendTime = new Deadline(time, SendTookTooLong);
        Opened = time.GetTimestamp();
    }

    /// <summary>The connection's number within its channel, from 1.</summary>
    public int Epoch { get; }

    /// <summary>When it was made, by the clock's timestamp.</summary>
    public long Opened { get; }

    /// <summary>Completes with the reason when it is over.</summary>
    public Task<ConnectionEnd> Ended => _ended.Task;

    /// <summary>Whether the server has said goodbye: it is over as soon as that is answered.</summary>
    public bool IsEnding
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Gone => _gone;

    /// <summary>
    /// Writes one message, one at a time. Takes no caller's token: a cancelled send kills a WebSocket. Fails when the connection is over, also when
    /// the platform's send then does not return.
    /// </summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        if (_gone.IsCancellationRequested)
        {
            throw new RavatarConnectionException("The connection is gone.");
        }
        _log.Sending(message.Span);
        ValueTask sending = _socket.SendAsync(message);
        return sending.IsCompletedSuccessfully ? default : FinishAsync(sending);
    }

    /// <summary>Reads messages until the connection is over; each is handed over on this loop, which does nothing else.</summary>
    public async Task ReadAsync(Action<ChatEvent> received, Func<Task> roomToReceive, Action beforeWaiting)
    {
        try
        {
            while (!_gone.IsCancellationRequested)
            {
                Task room = roomToReceive();
                if (!room.IsCompleted)
                {
                    beforeWaiting();
                    await room.WithCancellation(_gone).ConfigureAwait(false);
                }
                SocketClose? close = await _frames.ReadAsync(received, beforeWaiting).ConfigureAwait(false);
                if (close is not null)
                {
                    IsEnding = true;
                    await AnswerAsync(beforeWaiting).ConfigureAwait(false);
                    End(Describe(close));
                }
            }
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // over already; the reason is kept
        }
        catch (Exception e)
        {
            End(Broken("Reading", e));
        }
        finally
        {
            beforeWaiting();
            _frames.Dispose();
        }
    }

    /// <summary>Says goodbye: sends a close frame and waits for the server's; in all at most that long.</summary>
    public async Task CloseAsync(TimeSpan patience)
    {
        Task goodbye = SayGoodbyeAsync();
        Detached.Observe(goodbye);
        await goodbye.FinishesWithin(patience, _time).ConfigureAwait(false);
        End(new ConnectionEnd("It was closed on this side."));
    }

    /// <summary>Ends it at once. Only the first call's reason counts; returns whether this was it.</summary>
    public bool End(ConnectionEnd reason)
    {
        if (!_ended.TrySetResult(reason))
        {
            return false;
        }
        _socket.Abort();
        _lifetime.Cancel();
        return true;
    }

    public void Dispose()
    {
        End(new ConnectionEnd("It was disposed."));
        _sendTime.Dispose();
        _socket.Dispose();
        // The source stays undisposed: it holds no timer, and a late timer's End may still cancel it.
    }

    private async Task SayGoodbyeAsync()
    {
        await _socket.CloseOutputAsync().ConfigureAwait(false);
        await Ended.ConfigureAwait(false);
    }

    /// <summary>The server said goodbye; it is told that we heard (RFC 6455 section 5.5.1), if it still listens.</summary>
    private async Task AnswerAsync(Action beforeWaiting)
    {
        Task answer = _socket.CloseOutputAsync();
        Detached.Observe(answer);
        if (!answer.IsCompleted)
        {
            beforeWaiting();
        }
        await answer.FinishesWithin(PatienceForAnswer, _time).ConfigureAwait(false);
    }

#if NET8_0_OR_GREATER
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
#endif
    private async ValueTask FinishAsync(ValueTask sending)
    {
        _sendTime.Set(_options.SendTimeout);
        try
        {
            await _sending.WaitAsync(sending).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            End(Broken("Writing", e));
            throw;
        }
        finally
        {
            _sendTime.Clear();
        }
    }

    private void SendTookTooLong() =>
        End(new ConnectionEnd($"A message could not be written within {_options.SendTimeout.TotalSeconds:0.###} s."));

    private static ConnectionEnd Broken(string what, Exception e)
    {
        if (!NetworkFailure.Is(e))
        {
            return new ConnectionEnd($"{what} failed: {e.GetBaseException().Message}", Error: e);
        }
        string reason = $"{what} failed: {NetworkFailure.Describe(e)}.";
        return new ConnectionEnd(reason, Error: new RavatarConnectionException(reason, NetworkFailure.CauseOf(e)));
    }

    private ConnectionEnd Describe(SocketClose close)
    {
        // A server may well repeat the address it was called by, and the token with it.
        string? text = close.Text is { } said ? PlainText.Line(said, _secret, LongestReason) : null;
        string reason = close.Code is { } code
            ? $"The server closed it with {code}{(string.IsNullOrEmpty(text) ? "" : $" ({text})")}."
            : "The server closed it without a reason.";
        return new ConnectionEnd(reason, close.Code, text);
    }
}
