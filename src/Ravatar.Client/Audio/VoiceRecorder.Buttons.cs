namespace Ravatar.Client;

// The recordings that the user begins and ends.
public sealed partial class VoiceRecorder
{
    private ManualRecording? _manual;

    // Ends when the recording of a button runs, or could not be started.
    private volatile Task _starting = Task.CompletedTask;

    /// <summary>Starts a recording that <see cref="StopAsync"/> ends.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs.</returns>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        long started = _time.GetTimestamp();
        Begin(cancellationToken);
        var starting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starting = starting.Task;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _manual, new ManualRecording(_source, NextReader(), started, _options.MaxRecording, Meter, _time));
        }
        catch
        {
            await GiveUpSourceAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            starting.SetResult(true);
        }
        if (_disposal.IsCancellationRequested)
        {
            // Disposed meanwhile, and the source did not heed it.
            await CancelAsync().ConfigureAwait(false);
            Guard.NotDisposed(true, this);
        }
    }

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
    /// <returns>A task that ends when the source runs.</returns>
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
    public async Task CancelAsync()
    {
        await _starting.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _manual, null) is { } recording)
        {
            await DiscardAsync(recording).ConfigureAwait(false);
        }
    }

    private async Task<ManualRecording> TakeManualAsync(CancellationToken cancellationToken)
    {
        try
        {
            // An earlier end of the recording than its begin would leave the microphone open.
            await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = Detached.Run(CancelAsync);
            throw;
        }
        return Interlocked.Exchange(ref _manual, null)
            ?? throw new InvalidOperationException("No recording was started. Call StartAsync or PressAsync first.");
    }

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

    // Where starting was given up the source may start all the same. What it says of its stop is less than why it did not start.
    private async ValueTask GiveUpSourceAsync()
    {
        try
        {
            await StopSourceAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException) { }
    }
}
