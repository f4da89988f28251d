namespace Ravatar.Client;

// The recordings that the user begins and ends.
public sealed partial class VoiceRecorder
{
    // What the next stop, release or cancel is about.
    private volatile Press? _press;

    /// <summary>Starts a recording that <see cref="StopAsync"/> ends.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs, or the recording was cancelled before it did.</returns>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => BeginHoldAsync(_time.GetTimestamp(), cancellationToken);

    /// <summary>Ends the recording that <see cref="StartAsync"/> began; while the source is still starting, it waits for that first.</summary>
    /// <param name="cancellationToken">Gives up waiting for the source; the recording is discarded.</param>
    /// <returns>The recording, with <see cref="VoiceClip.IsPushToTalk"/> set: the user ended it.</returns>
    /// <exception cref="InvalidOperationException">There is no such recording.</exception>
    /// <exception cref="RavatarAudioException">The source failed while recording.</exception>
    public async Task<WavRecording> StopAsync(CancellationToken cancellationToken = default)
    {
        ManualRecording recording = await TakeManualAsync(cancellationToken).ConfigureAwait(false);
        return await FinishAsync(recording, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Push-to-talk: the button is down, until <see cref="ReleaseAsync"/> or <see cref="CancelAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs, or the recording was cancelled before it did.</returns>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public Task PressAsync(CancellationToken cancellationToken = default) => StartAsync(cancellationToken);

    /// <summary>Push-to-talk: the button is up. While the source is still starting, it waits for that first.</summary>
    /// <param name="cancellationToken">Gives up waiting for the source; the recording is discarded.</param>
    /// <returns>
    /// The recording, with <see cref="VoiceClip.IsPushToTalk"/> set; <see langword="null"/> when the button was held for less than
    /// <see cref="VoiceRecorderOptions.MinHold"/>, from the call of <see cref="PressAsync"/> to the call of this.
    /// </returns>
    /// <exception cref="InvalidOperationException">The button was not down.</exception>
    /// <exception cref="RavatarAudioException">The source failed while recording.</exception>
    public Task<WavRecording?> ReleaseAsync(CancellationToken cancellationToken = default) =>
        EndHoldAsync(_time.GetTimestamp(), cancellationToken);

    /// <summary>The button came up at that timestamp of the clock.</summary>
    internal async Task<WavRecording?> EndHoldAsync(long released, CancellationToken cancellationToken)
    {
        ManualRecording recording = await TakeManualAsync(cancellationToken).ConfigureAwait(false);
        if (_time.GetElapsedTime(recording.Started, released) >= _options.MinHold)
        {
            return await FinishAsync(recording, cancellationToken).ConfigureAwait(false);
        }
        await DiscardAsync(recording).ConfigureAwait(false);
        return null;
    }

    /// <summary>
    /// Ends the recording of <see cref="StartAsync"/> or <see cref="PressAsync"/> and discards it, also one whose source is still starting.
    /// Without one it does nothing.
    /// </summary>
    /// <returns>A task that ends when the source has stopped.</returns>
    public Task CancelAsync() => _press is { } press ? GiveUpAsync(press) : Task.CompletedTask;

    /// <summary>The button went down at that timestamp of the clock.</summary>
    internal async Task BeginHoldAsync(long pressed, CancellationToken cancellationToken)
    {
        Begin(cancellationToken);
        var press = new Press();
        _press = press;
        ManualRecording? recording = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token, press.GivenUp);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            recording = new ManualRecording(_source, NextReader(), pressed, _options.MaxRecording, Meter, _time);
        }
        catch (Exception e)
        {
            await GiveUpSourceAsync().ConfigureAwait(false);
            if (!press.IsCancelled(e, cancellationToken, _disposal.Token))
            {
                throw;
            }
        }
        finally
        {
            if (recording == null)
            {
                Interlocked.CompareExchange(ref _press, null, press);
            }
            press.Started.SetResult(recording);
        }
        if (_disposal.IsCancellationRequested)
        {
            // Disposed meanwhile, and the source did not heed it.
            await GiveUpAsync(press).ConfigureAwait(false);
            Guard.NotDisposed(true, this);
        }
    }

    private async Task GiveUpAsync(Press press)
    {
        if (!press.Started.Task.IsCompleted)
        {
            // Elsewhere: what the source has registered on the token is not ours.
            await Task.Run(press.GiveUp, CancellationToken.None).ConfigureAwait(false);
        }
        if (await press.Started.Task.ConfigureAwait(false) is { } recording && TryTake(press))
        {
            await DiscardAsync(recording).ConfigureAwait(false);
        }
    }

    private async Task<ManualRecording> TakeManualAsync(CancellationToken cancellationToken)
    {
        Press press = _press ?? throw NothingStarted();
        ManualRecording? recording;
        try
        {
            // To end it before it has begun would leave the microphone open.
            recording = await press.Started.Task.WithCancellation(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = Detached.Run(() => GiveUpAsync(press));
            throw;
        }
        return recording != null && TryTake(press) ? recording : throw NothingStarted();
    }

    private bool TryTake(Press press)
    {
        Interlocked.CompareExchange(ref _press, null, press);
        return press.TryTake();
    }

    private static InvalidOperationException NothingStarted() => new("No recording was started. Call StartAsync or PressAsync first.");

    private async Task<WavRecording> FinishAsync(ManualRecording recording, CancellationToken cancellationToken)
    {
        try
        {
            return await recording.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    private async Task DiscardAsync(ManualRecording recording)
    {
        try
        {
            await recording.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    // Where starting was given up the source may start all the same.
    private async ValueTask GiveUpSourceAsync()
    {
        try
        {
            await StopSourceAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Why it did not start says more than why it did not stop.
        }
    }

    /// <summary>One press of the button, from when it went down: who ends it ends this one and no later one.</summary>
    private sealed class Press
    {
        private readonly CancellationTokenSource _givenUp = new();
        private int _taken;

        /// <summary>What was begun; <see langword="null"/> when nothing was.</summary>
        public TaskCompletionSource<ManualRecording?> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The user wants it no more.</summary>
        public CancellationToken GivenUp => _givenUp.Token;

        public void GiveUp() => _givenUp.Cancel();

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

        /// <summary>Whether it was the user's cancelling, and nothing else, that ended the start.</summary>
        public bool IsCancelled(Exception e, CancellationToken caller, CancellationToken disposal) =>
            e is OperationCanceledException or ObjectDisposedException
            && GivenUp.IsCancellationRequested
            && !caller.IsCancellationRequested
            && !disposal.IsCancellationRequested;
    }
}
