using System.Runtime.CompilerServices;

namespace Ravatar.Client;

/// <summary>Records what is said into a source, as 16 kHz mono WAV ready for <c>AskAsync</c>: until silence, hands-free, by start and stop, or
/// while a button is held (push-to-talk).</summary>
/// <remarks>
/// <para>One recording at a time; another one meanwhile is an <see cref="InvalidOperationException"/>. A recording starts the source and stops it
/// at its end; neither it nor <see cref="DisposeAsync"/> disposes the source.</para>
/// <para>After a failed recording the recorder is ready for the next: after <see cref="AudioErrorCode.RecorderError"/> restart,
/// after <see cref="AudioErrorCode.MediaAborted"/> let the user retry.</para>
/// </remarks>
public sealed class VoiceRecorder : IAsyncDisposable
{
    private readonly IAudioSource _source;
    private readonly VoiceRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly LevelMeter _meter = new();
    private readonly CancellationTokenSource _disposal = new();
    private UtteranceSegmenter? _segmenter;
    private volatile ManualRecording? _manual;
    private int _recording;

    /// <summary>Makes a recorder.</summary>
    /// <param name="source">Where the audio comes from, in any format. The caller disposes it.</param>
    /// <param name="options">How to record. Defaults to the defaults of <see cref="VoiceRecorderOptions"/>.</param>
    /// <param name="timeProvider">The clock that times how long a button is held. Defaults to the system's.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public VoiceRecorder(IAudioSource source, VoiceRecorderOptions? options = null, TimeProvider? timeProvider = null)
    {
        _source = Guard.NotNull(source);
        _options = VoiceRecorderOptions.Copy(options ?? new VoiceRecorderOptions());
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Whether a recording is going on, be it only waiting for speech.</summary>
    public bool IsRecording => Volatile.Read(ref _recording) != 0;

    /// <summary>Whether the microphone is muted: it counts as silent, and nothing of it is recorded. It stays so until it is set back.</summary>
    public bool IsMuted
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>How loud it is now: the last 50 ms of the running recording, <see cref="AudioLevel.Silence"/> when there is none.</summary>
    public AudioLevel Level => _meter.Level;

    /// <summary>Waits for speech, and records it until the silence after it.</summary>
    /// <param name="cancellationToken">Stops recording.</param>
    /// <returns>The utterance.</returns>
    /// <exception cref="RavatarAudioException">The source failed, or it ended before anybody spoke (<see cref="AudioErrorCode.MediaAborted"/>).</exception>
    public async Task<WavRecording> RecordUtteranceAsync(CancellationToken cancellationToken = default)
    {
        await foreach (WavRecording utterance in RecordUtterancesAsync(cancellationToken).ConfigureAwait(false))
        {
            return utterance;
        }
        throw new RavatarAudioException(AudioErrorCode.MediaAborted, "The source ended before anybody spoke.");
    }

    /// <summary>The hands-free loop: one utterance after the other, until the source ends or the enumeration does.</summary>
    /// <param name="cancellationToken">Stops recording.</param>
    /// <returns>The utterances. The source is started when the enumeration begins, and stopped when it ends.</returns>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    public async IAsyncEnumerable<WavRecording> RecordUtterancesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Begin(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            // The detector lives as long as the recorder: it knows the room's noise by now.
            (_segmenter ??= new UtteranceSegmenter(_options)).Restart();
            var frames = new FrameReader(_source);
            bool ended = false;
            while (!ended)
            {
                ended = !await ReadFrameAsync(frames, stop.Token, cancellationToken).ConfigureAwait(false);
                bool muted = !ended && Meter(frames.Frame);
                WavRecording? utterance = ended ? _segmenter.Finish() : _segmenter.Add(frames.Frame.Span, muted);
                if (utterance != null)
                {
                    yield return utterance;
                    if (!_options.KeepAudioBetweenUtterances)
                    {
                        _source.DiscardBuffered();
                    }
                }
            }
        }
        finally
        {
            await StopSourceAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Records until the source ends by itself, as a file does, or <see cref="VoiceRecorderOptions.MaxRecording"/> is reached.</summary>
    /// <param name="cancellationToken">Stops recording and discards.</param>
    /// <returns>The recording. <see cref="VoiceClip.IsPushToTalk"/> is set: it was not voice activity detection that ended it.</returns>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    public async Task<WavRecording> RecordToEndAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            var frames = new FrameReader(_source);
            var encoder = new WavEncoder();
            while (
                encoder.Duration < _options.MaxRecording
                && await ReadFrameAsync(frames, stop.Token, cancellationToken).ConfigureAwait(false)
            )
            {
                Meter(frames.Frame);
                encoder.Write(frames.Audio.Span);
            }
            return encoder.ToRecording(isPushToTalk: true);
        }
        finally
        {
            await StopSourceAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Starts a recording that <see cref="StopAsync"/> ends.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs.</returns>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        try
        {
            long started = _time.GetTimestamp();
            await StartSourceAsync(cancellationToken, cancellationToken).ConfigureAwait(false);
            _manual = new ManualRecording(_source, started, _options.MaxRecording, Meter, _time);
        }
        catch
        {
            End();
            throw;
        }
        if (_disposal.IsCancellationRequested)
        {
            // Disposed meanwhile, before there was anything to end.
            await CancelAsync().ConfigureAwait(false);
            Guard.NotDisposed(true, this);
        }
    }

    /// <summary>Ends the recording that <see cref="StartAsync"/> began.</summary>
    /// <param name="cancellationToken">Gives up waiting for the source to stop; the recording is discarded.</param>
    /// <returns>The recording, with <see cref="VoiceClip.IsPushToTalk"/> set: the user ended it.</returns>
    /// <exception cref="InvalidOperationException">There is no such recording.</exception>
    /// <exception cref="RavatarAudioException">The source failed while recording.</exception>
    public Task<WavRecording> StopAsync(CancellationToken cancellationToken = default) => FinishAsync(TakeManual(), cancellationToken);

    /// <summary>Push-to-talk: the button is down, until <see cref="ReleaseAsync"/> or <see cref="CancelAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>A task that ends when the source runs.</returns>
    /// <exception cref="RavatarAudioException">The source cannot be started.</exception>
    public Task PressAsync(CancellationToken cancellationToken = default) => StartAsync(cancellationToken);

    /// <summary>Push-to-talk: the button is up.</summary>
    /// <param name="cancellationToken">Gives up waiting for the source to stop; the recording is discarded.</param>
    /// <returns>
    /// The recording, with <see cref="VoiceClip.IsPushToTalk"/> set; <see langword="null"/> when the button was held for less than
    /// <see cref="VoiceRecorderOptions.MinHold"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The button was not down.</exception>
    /// <exception cref="RavatarAudioException">The source failed while recording.</exception>
    public async Task<WavRecording?> ReleaseAsync(CancellationToken cancellationToken = default)
    {
        ManualRecording recording = TakeManual();
        if (_time.GetElapsedTime(recording.Started) >= _options.MinHold)
        {
            return await FinishAsync(recording, cancellationToken).ConfigureAwait(false);
        }
        await DiscardAsync(recording).ConfigureAwait(false);
        return null;
    }

    /// <summary>Ends the recording of <see cref="StartAsync"/> or <see cref="PressAsync"/> and discards it. Without one it does nothing.</summary>
    /// <returns>A task that ends when the source has stopped.</returns>
    public Task CancelAsync() => Interlocked.Exchange(ref _manual, null) is { } recording ? DiscardAsync(recording) : Task.CompletedTask;

    /// <summary>Ends a running recording and discards it. The source is stopped, not disposed.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public async ValueTask DisposeAsync()
    {
        // Never disposed itself: recordings that are ending still look at it, and it holds nothing.
        await Task.Run(_disposal.Cancel, CancellationToken.None).ConfigureAwait(false);
        await CancelAsync().ConfigureAwait(false);
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

    private async ValueTask StopSourceAsync()
    {
        try
        {
            await _source.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    private async ValueTask StartSourceAsync(CancellationToken stop, CancellationToken caller)
    {
        try
        {
            await _source.StartAsync(stop).ConfigureAwait(false);
            _source.DiscardBuffered();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw Stopped(caller);
        }
    }

    private async ValueTask<bool> ReadFrameAsync(FrameReader frames, CancellationToken stop, CancellationToken caller)
    {
        try
        {
            return await frames.ReadAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw Stopped(caller);
        }
    }

    // The caller's cancellation carries the caller's token; the other way to get here is disposal.
    private Exception Stopped(CancellationToken caller) =>
        caller.IsCancellationRequested ? new OperationCanceledException(caller) : new ObjectDisposedException(nameof(VoiceRecorder));

    /// <summary>Silences a frame while muted, and measures it.</summary>
    private bool Meter(Memory<byte> frame)
    {
        bool muted = IsMuted;
        if (muted)
        {
            frame.Span.Clear();
        }
        _meter.Add(frame.Span);
        return muted;
    }

    private void Begin(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(_disposal.IsCancellationRequested, this);
        if (Interlocked.CompareExchange(ref _recording, 1, 0) != 0)
        {
            throw new InvalidOperationException("The recorder is recording already. End that recording first.");
        }
        _meter.Reset();
    }

    private void End()
    {
        _meter.Reset();
        Volatile.Write(ref _recording, 0);
    }

    private ManualRecording TakeManual() =>
        Interlocked.Exchange(ref _manual, null)
        ?? throw new InvalidOperationException("No recording was started. Call StartAsync or PressAsync first.");
}
