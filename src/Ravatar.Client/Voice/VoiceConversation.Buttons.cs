namespace Ravatar.Client;

/// <content>Buttons and modes.</content>
public sealed partial class VoiceConversation
{
    /// <summary>The button is down, or recording is started: until <see cref="ReleaseAsync"/> or <see cref="CancelAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs.</returns>
    /// <exception cref="InvalidOperationException">
    /// The mode is <see cref="VoiceMode.Vad"/>, nothing runs or streams, a recording is going on, or 16 turns wait for their answers or for their reader.
    /// </exception>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public async Task PressAsync(CancellationToken cancellationToken = default)
    {
        long pressed = _time.GetTimestamp();
        await _hand.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Hold(true) is { } loop)
            {
                await _recorder.BeginHoldAsync(pressed, cancellationToken).ConfigureAwait(false);
                if (loop.IsOver)
                {
                    await _recorder.CancelAsync().ConfigureAwait(false);
                    ThrowIfDisposed();
                    throw NothingRuns();
                }
            }
        }
        finally
        {
            _hand.Release();
        }
    }

    /// <summary>The button is up, or recording is stopped: what was recorded is sent, and is the next turn.</summary>
    /// <param name="cancellationToken">Gives up waiting for the source to stop; the recording is discarded.</param>
    /// <returns>Whether there is anything to send: not after a hold of less than <see cref="VoiceRecorderOptions.MinHold"/>, nor where nothing was heard.</returns>
    /// <exception cref="InvalidOperationException">Nothing is being recorded.</exception>
    /// <exception cref="RavatarAudioException">The source failed while recording.</exception>
    public async Task<bool> ReleaseAsync(CancellationToken cancellationToken = default)
    {
        // However long the microphone takes to open or another press to end: the button was held from call to call.
        long released = _time.GetTimestamp();
        await _hand.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Hold(false) is not { } loop)
            {
                return true;
            }
            WavRecording? recording =
                Mode == VoiceMode.PushToTalk
                    ? await _recorder.EndHoldAsync(released, cancellationToken).ConfigureAwait(false)
                    : await _recorder.StopAsync(cancellationToken).ConfigureAwait(false);
            if (recording is null || recording.Pcm.IsEmpty)
            {
                return false;
            }
            if (loop.IsOver)
            {
                throw NothingRuns();
            }
            loop.Turns.Add(TakeTurnAsync(recording, loop.Stopped));
            return true;
        }
        finally
        {
            _hand.Release();
        }
    }

    /// <summary>Ends the recording of <see cref="PressAsync"/> and discards it. Without one it does nothing.</summary>
    /// <returns>A task that ends when the source has stopped.</returns>
    public async Task CancelAsync()
    {
        Change(() => _isHeld = false);
        // A press that is just opening the microphone comes first, so that nothing stays open.
        await _hand.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await _recorder.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _hand.Release();
        }
    }

    /// <summary>Changes the mode, also while the conversation runs or streams. What is being recorded is discarded; turns under way are not.</summary>
    /// <param name="mode">What begins and ends a recording from now on.</param>
    /// <param name="cancellationToken">Gives up waiting for another press, release or change to be done.</param>
    /// <returns>A task that ends when the new mode is in force.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The mode is none.</exception>
    /// <exception cref="ObjectDisposedException">The conversation is disposed.</exception>
    public async Task SetModeAsync(VoiceMode mode, CancellationToken cancellationToken = default)
    {
        VoiceConversationOptions.CheckMode(mode, nameof(mode));
        ThrowIfDisposed();
        await _hand.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (mode == Mode)
            {
                return;
            }
            Change(() => (_mode, _isHeld) = (mode, false));
            if (Locked(() => _loop) is { } loop)
            {
                await loop.StopListeningAsync().ConfigureAwait(false);
                await _recorder.CancelAsync().ConfigureAwait(false);
                lock (_gate)
                {
                    loop.Listen(Listener(loop));
                }
            }
        }
        finally
        {
            _hand.Release();
        }
    }

    /// <summary>Presses or releases the button of what runs. Returns the loop that records; null where it streams. Under the hand.</summary>
    private TurnLoop? Hold(bool isHeld)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (isHeld && _mode == VoiceMode.Vad)
            {
                throw new InvalidOperationException("Hands-free (VoiceMode.Vad) there is no button to press. Change the mode first.");
            }
            if (_stream is not null)
            {
                if (!isHeld && !_isHeld)
                {
                    throw new InvalidOperationException("The button was not down. Call PressAsync first.");
                }
                _isHeld = isHeld;
                return null;
            }
            if (_loop is null || _loop.IsOver)
            {
                throw NothingRuns();
            }
            if (isHeld && _loop.Turns.Count >= TurnQueue.Capacity)
            {
                throw new InvalidOperationException(
                    FormattableString.Invariant($"{TurnQueue.Capacity} turns wait for their answers or for their reader. Read them first.")
                );
            }
            return _loop;
        }
    }

    private static InvalidOperationException NothingRuns() =>
        new("Nobody reads the turns. Enumerate RunAsync (or call StreamAsync) first.");
}
