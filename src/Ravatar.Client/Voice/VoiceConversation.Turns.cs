using System.Runtime.CompilerServices;

namespace Ravatar.Client;

/// <content>Turns.</content>
public sealed partial class VoiceConversation
{
    private TurnLoop? _loop;
    private int _turns;

    /// <summary>
    /// Talks from this call on, until the source ends (hands-free), <see cref="FinishAsync"/>, the channel's or the conversation's end, or the enumeration is left: gives each turn
    /// when it has its answer. What is recorded is sent at once, and turns come in the order in which they were spoken.
    /// </summary>
    /// <remarks>
    /// Hands-free, it listens again when the next turn is asked for: while a turn is handled in the loop's body, nothing is recorded, unless
    /// <see cref="VoiceConversationOptions.ListenWhileAnswering"/> is set. No turn is ever dropped: at 16 turns that are not handled yet the microphone closes, and
    /// <see cref="PressAsync"/> fails. A turn without an answer has an <see cref="VoiceTurn.Error"/> and does not end the loop.
    /// </remarks>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>; what was written is not sent again.</param>
    /// <returns>
    /// The turns, to be enumerated once. The enumeration fails with <see cref="RavatarAudioException"/> when the source does, after which the conversation may be run again, and with
    /// another <see cref="RavatarException"/> when the channel ended otherwise than on this side.
    /// </returns>
    /// <exception cref="InvalidOperationException">The conversation runs or streams already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    /// <exception cref="ObjectDisposedException">The conversation is disposed.</exception>
    public IAsyncEnumerable<VoiceTurn> RunAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ReadAsync(Begin(cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Ends a run in good order: closes the microphone, discards what is being recorded, and lets <see cref="RunAsync"/> give the turns that are under way before it ends. Without a run it
    /// does nothing.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting for a press, release or change of mode to be done.</param>
    /// <returns>A task that ends when the microphone is closed.</returns>
    public async Task FinishAsync(CancellationToken cancellationToken = default)
    {
        await _hand.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Locked(() => _loop) is { } loop)
            {
                await loop.StopListeningAsync().ConfigureAwait(false);
                await _recorder.CancelAsync().ConfigureAwait(false);
                loop.Turns.Complete();
            }
        }
        finally
        {
            _hand.Release();
        }
    }

    private async IAsyncEnumerable<VoiceTurn> ReadAsync(
        TurnLoop loop,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        try
        {
            while (await NextAsync(loop, cancellationToken).ConfigureAwait(false) is { } turn)
            {
                yield return turn;
                loop.Turns.Handled();
            }
        }
        finally
        {
            await EndAsync(loop).ConfigureAwait(false);
        }
    }

    private TurnLoop Begin(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfBusy();
            TurnLoop loop = _loop = new TurnLoop(cancellationToken, _disposal.Token);
            loop.Watching = Detached.Run(() => WatchChannelAsync(loop));
            loop.Listen(Listener(loop));
            return loop;
        }
    }

    private async Task EndAsync(TurnLoop loop)
    {
        await loop.StopAsync().ConfigureAwait(false);
        try
        {
            await Locked(() => loop.Listening).ConfigureAwait(false);
            await loop.Watching.ConfigureAwait(false);
            await loop.Turns.DrainAsync().ConfigureAwait(false);
            await _recorder.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            Change(() => _loop = ReferenceEquals(_loop, loop) ? null : _loop);
            loop.Dispose();
        }
    }

    private static async Task<VoiceTurn?> NextAsync(TurnLoop loop, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, loop.Stopped);
        try
        {
            Task<VoiceTurn>? turn = await loop.Turns.NextAsync(either.Token).ConfigureAwait(false);
            return turn is null ? null : await turn.WithCancellation(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null; // disposed
        }
    }

    /// <summary>What the mode has to do by itself: only the open microphone has to be listened to. Under the gate.</summary>
    private Func<CancellationToken, Task>? Listener(TurnLoop loop) =>
        _mode == VoiceMode.Vad && !loop.IsOver ? token => HearAsync(loop, token) : null;

    /// <summary>Hands-free, until the mode changes or the run is over; never fails.</summary>
    private async Task HearAsync(TurnLoop loop, CancellationToken over)
    {
        int atMost = _options.ListenWhileAnswering ? TurnQueue.Capacity - 1 : 0;
        try
        {
            await loop.Turns.WaitUntilAsync(atMost, over).ConfigureAwait(false);
            loop.IsHearing = true;
            await foreach (WavRecording utterance in _recorder.RecordUtterancesAsync(over).ConfigureAwait(false))
            {
                loop.Turns.Add(TakeTurnAsync(utterance, loop.Stopped));
                loop.IsHearing = false;
                await loop.Turns.WaitUntilAsync(atMost, over).ConfigureAwait(false);
                loop.IsHearing = true;
            }
            loop.Turns.Complete();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // the mode or the run is over
        }
        catch (Exception e)
        {
            loop.Turns.Complete(e);
        }
        finally
        {
            loop.IsHearing = false;
        }
    }

    /// <summary>A run ends with its channel, after the turns that were under way.</summary>
    private async Task<bool> WatchChannelAsync(TurnLoop loop)
    {
        try
        {
            ChatEnd end = await _chat.Completion.WithCancellation(loop.Stopped).ConfigureAwait(false);
            await loop.StopListeningAsync().ConfigureAwait(false);
            loop.Turns.Complete(
                end.Reason == ChatEndReason.ClosedByClient
                    ? null
                    : end.Exception as RavatarException ?? new RavatarConnectionException(end.Message, end.Exception)
            );
        }
        catch (OperationCanceledException) when (loop.Stopped.IsCancellationRequested)
        {
            // the run is over
        }
        return true;
    }

    private async Task<VoiceTurn> TakeTurnAsync(WavRecording recording, CancellationToken cancellationToken)
    {
        long spoken = _time.GetTimestamp();
        int number = Interlocked.Increment(ref _turns);
        OutgoingMessage? message = null;
        ChatAnswer? answer = null;
        Exception? error = null;
        try
        {
            message = _chat.PostVoice(recording, _options.AwaitAnswers, _options.AnswerTimeout, cancellationToken);
            answer = await _chat.AnswerAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            error = e;
        }
        long? sent = message?.WrittenTimestamp;
        return new VoiceTurn(number, recording)
        {
            Answer = answer,
            Error = error,
            TimeToSend = sent is { } written ? _time.GetElapsedTime(spoken, written) : null,
            TimeToAnswer = answer is not null && sent is { } asked ? _time.GetElapsedTime(asked) : null,
        };
    }
}
