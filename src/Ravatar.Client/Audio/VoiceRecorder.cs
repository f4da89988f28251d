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
public sealed partial class VoiceRecorder : IAsyncDisposable
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly IAudioSource _source;
    private readonly VoiceRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly LevelMeter _meter = new();
    private readonly CancellationTokenSource _disposal = new();
    private UtteranceSegmenter? _segmenter;
    private FrameReader? _rest;
    private Take? _take;

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
    public bool IsRecording => Volatile.Read(ref _take) != null;

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
        Take take = Begin(cancellationToken);
        FrameReader? frames = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            // The detector lives as long as the recorder: it knows the room's noise by now.
            (_segmenter ??= new UtteranceSegmenter(_options)).Restart();
            frames = NextReader();
            bool ended = false;
            while (!ended)
            {
                ended = !await ReadFrameAsync(frames, stop.Token, cancellationToken).ConfigureAwait(false);
                bool muted = !ended && Meter(frames.Frame);
                WavRecording? utterance = ended ? _segmenter.Finish() : _segmenter.Add(frames.Frame.Span, muted);
                if (utterance == null)
                {
                    continue;
                }
                take.HandOut();
                if (!_disposal.IsCancellationRequested)
                {
                    yield return utterance;
                }
                if (_disposal.IsCancellationRequested || !take.TryTakeBack())
                {
                    throw Stopped(cancellationToken);
                }
                if (!_options.KeepAudioBetweenUtterances)
                {
                    _source.DiscardBuffered();
                    _segmenter.Restart();
                }
            }
        }
        finally
        {
            KeepRest(frames);
            // After a disposal the source is no longer ours.
            if (take.TryTakeBack())
            {
                await StopSourceAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Records until the source ends by itself, as a file does, or <see cref="VoiceRecorderOptions.MaxRecording"/> is reached.</summary>
    /// <param name="cancellationToken">Stops recording and discards.</param>
    /// <returns>The recording. <see cref="VoiceClip.IsPushToTalk"/> is set: it was not voice activity detection that ended it.</returns>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    public async Task<WavRecording> RecordToEndAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        FrameReader? frames = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        try
        {
            await StartSourceAsync(stop.Token, cancellationToken).ConfigureAwait(false);
            frames = NextReader();
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
            KeepRest(frames);
            await StopSourceAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends a running recording and discards it. The source is stopped, not disposed.</summary>
    /// <returns>
    /// A task that ends when that is done: the source is the caller's again. A source that neither starts, reads nor stops as it should is left
    /// to itself after 5 s.
    /// </returns>
    public async ValueTask DisposeAsync()
    {
        // Never disposed itself: recordings that are ending still look at it, and it holds nothing.
        await Task.Run(_disposal.Cancel, CancellationToken.None).ConfigureAwait(false);
        if (Volatile.Read(ref _take) is not { } take)
        {
            return;
        }
        Task ending = EndAsync(take);
        Detached.Observe(ending);
        try
        {
            await ending.WaitAsync(s_longestEnd, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It ends by itself, if ever.
        }
    }

    private async Task EndAsync(Take take)
    {
        if (take.TryTakeAway())
        {
            // The application has the last utterance in hand, and may never ask for another one.
            await StopSourceAsync().ConfigureAwait(false);
            return;
        }
        await CancelAsync().ConfigureAwait(false);
        await take.Ended.ConfigureAwait(false);
    }

    private FrameReader NextReader() => Interlocked.Exchange(ref _rest, null) ?? new FrameReader(_source);

    // Readers read ahead. What a recording of a file left belongs to the next one; what it left of a microphone is long past by then.
    private void KeepRest(FrameReader? frames) =>
        _rest = frames is { HasEnded: false } && _source is WavAudioSource or StreamAudioSource ? frames : null;

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

    private Take Begin(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Guard.NotDisposed(_disposal.IsCancellationRequested, this);
        var take = new Take();
        if (Interlocked.CompareExchange(ref _take, take, null) != null)
        {
            throw new InvalidOperationException("The recorder is recording already. End that recording first.");
        }
        _meter.Reset();
        return take;
    }

    private void End()
    {
        _meter.Reset();
        Interlocked.Exchange(ref _take, null)?.End();
    }

    /// <summary>One recording, from its begin to its end.</summary>
    private sealed class Take
    {
        private const int Here = 0;
        private const int HandedOut = 1;
        private const int TakenAway = 2;

        private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _place;

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult(true);

        /// <summary>An utterance goes to the application: until it asks for the next one, nothing of ours runs.</summary>
        public void HandOut() => Interlocked.Exchange(ref _place, HandedOut);

        /// <summary>Goes on with the recording, unless it was taken away meanwhile.</summary>
        public bool TryTakeBack() => Interlocked.CompareExchange(ref _place, Here, HandedOut) != TakenAway;

        /// <summary>Ends the recording from outside. Only possible while nothing of ours runs.</summary>
        public bool TryTakeAway() => Interlocked.CompareExchange(ref _place, TakenAway, HandedOut) == HandedOut;
    }
}
