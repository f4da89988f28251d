using Xunit;

namespace Ravatar.Client.Tests;

public sealed class VoiceRecorderTests : IAsyncLifetime
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private readonly CallbackAudioSource _source = new(AudioFormat.Voice, TimeSpan.FromSeconds(60));

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task An_utterance_is_recorded_until_silence_and_the_source_is_stopped_not_disposed()
    {
        await using VoiceRecorder recorder = Make();
        Task<WavRecording> recording = recorder.RecordUtteranceAsync();
        Assert.True(recorder.IsRecording);
        Say(loud: 100, quiet: 90);

        WavRecording utterance = await recording.WaitAsync(s_guard);

        Assert.Equal(TimeSpan.FromMilliseconds(1_900), utterance.Duration);
        Assert.False(utterance.IsPushToTalk);
        Assert.False(recorder.IsRecording);
        Assert.Equal(0, await _source.ReadAsync(new byte[10]));
        await _source.StartAsync();
    }

    [Fact]
    public async Task Hands_free_gives_one_utterance_after_the_other_and_skips_what_was_captured_meanwhile()
    {
        await using VoiceRecorder recorder = Make();
        await using IAsyncEnumerator<WavRecording> utterances = recorder.RecordUtterancesAsync().GetAsyncEnumerator();
        ValueTask<bool> first = utterances.MoveNextAsync();
        Say(loud: 50, quiet: 100);
        Assert.True(await first);

        // The avatar speaks, and the microphone hears it.
        Say(loud: 200, quiet: 100);
        ValueTask<bool> second = utterances.MoveNextAsync();
        Say(loud: 30, quiet: 100);
        Assert.True(await second);

        Assert.True(utterances.Current.Duration < TimeSpan.FromMilliseconds(300 + 64 + 1_000), $"{utterances.Current.Duration}");
        _source.Complete();
        Assert.False(await utterances.MoveNextAsync());
        Assert.False(recorder.IsRecording);
    }

    [Fact]
    public async Task Hands_free_keeps_everything_if_told_to()
    {
        await using VoiceRecorder recorder = Make(o => o.KeepAudioBetweenUtterances = true);
        await using IAsyncEnumerator<WavRecording> utterances = recorder.RecordUtterancesAsync().GetAsyncEnumerator();
        ValueTask<bool> first = utterances.MoveNextAsync();
        Say(loud: 50, quiet: 100);
        Assert.True(await first);
        Say(loud: 200, quiet: 100);

        Assert.True(await utterances.MoveNextAsync());
        Assert.True(utterances.Current.Duration >= TimeSpan.FromMilliseconds(2_900));
    }

    [Fact]
    public async Task Start_and_stop_record_what_lies_between_tail_included()
    {
        await using VoiceRecorder recorder = Make();
        await recorder.StartAsync();
        byte[] audio = Say(loud: 33, quiet: 0);
        _source.Write([1, 2, 3, 4]);

        WavRecording recording = await recorder.StopAsync();

        Assert.Equal([.. audio, 1, 2, 3, 4], recording.Pcm.ToArray());
        Assert.True(recording.IsPushToTalk);
        Assert.False(recorder.IsRecording);
        await Assert.ThrowsAsync<InvalidOperationException>(() => recorder.StopAsync());
    }

    [Fact]
    public async Task Push_to_talk_records_a_hold_of_200_ms_and_nothing_shorter()
    {
        await using VoiceRecorder recorder = Make();
        await recorder.PressAsync();
        Say(loud: 20, quiet: 0);
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Null(await recorder.ReleaseAsync());

        await recorder.PressAsync();
        byte[] audio = Say(loud: 21, quiet: 0);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        WavRecording? held = await recorder.ReleaseAsync();

        Assert.Equal(audio, held!.Pcm.ToArray());
        Assert.True(held.IsPushToTalk);
        await Assert.ThrowsAsync<InvalidOperationException>(() => recorder.ReleaseAsync());
    }

    [Fact]
    public async Task A_cancelled_hold_is_discarded_and_the_recorder_is_free_again()
    {
        await using VoiceRecorder recorder = Make();
        await recorder.PressAsync();
        Say(loud: 50, quiet: 0);
        await recorder.CancelAsync();
        await recorder.CancelAsync();

        Assert.False(recorder.IsRecording);
        await recorder.StartAsync();
        byte[] audio = Say(loud: 1, quiet: 0);
        Assert.Equal(audio, (await recorder.StopAsync()).Pcm.ToArray());
    }

    [Fact]
    public async Task A_whole_file_is_recorded_to_its_end()
    {
        var format = new AudioFormat(44_100, 2, AudioEncoding.Int16);
        byte[] input = Signal.Encode(Signal.Noise(44_101, 0.5, seed: 9), format);
        await using var file = new StreamAudioSource(new MemoryStream(input), format);
        await using var recorder = new VoiceRecorder(file);

        WavRecording recording = await recorder.RecordToEndAsync();

        Assert.Equal(Signal.Convert(input, format), recording.Pcm.ToArray());
        Assert.True(recording.IsPushToTalk);
    }

    [Fact]
    public async Task A_recording_that_is_never_ended_stays_bounded()
    {
        await using var endless = new StreamAudioSource(new EndlessStream(), AudioFormat.Voice);
        await using var recorder = new VoiceRecorder(endless, new VoiceRecorderOptions { MaxRecording = TimeSpan.FromSeconds(1) });

        Assert.Equal(TimeSpan.FromSeconds(1), (await recorder.RecordToEndAsync()).Duration);
        await using VoiceRecorder held = Make(o => o.MaxRecording = TimeSpan.FromSeconds(1));
        await held.StartAsync();
        Say(loud: 250, quiet: 0);
        Assert.Equal(TimeSpan.FromSeconds(1), (await held.StopAsync()).Duration);
    }

    [Fact]
    public async Task While_muted_nothing_is_heard()
    {
        await using VoiceRecorder recorder = Make();
        recorder.IsMuted = true;
        await recorder.StartAsync();
        byte[] audio = Say(loud: 50, quiet: 0);
        WavRecording recording = await recorder.StopAsync();

        Assert.Equal(new byte[audio.Length], recording.Pcm.ToArray());
        Assert.True(recorder.IsMuted);
    }

    [Fact]
    public async Task The_level_shows_peak_and_rms_while_recording()
    {
        await using VoiceRecorder recorder = Make();
        Assert.Equal(new AudioLevel(AudioLevel.Silence, AudioLevel.Silence), recorder.Level);
        await recorder.StartAsync();
        _source.Write(Signal.Encode(Signal.Tone(16_000, 1_000, 0.5, 1), AudioFormat.Voice));
        Assert.True(SpinWait.SpinUntil(() => recorder.Level.PeakDbfs > AudioLevel.Silence, s_guard));

        Assert.Equal(-6.02, recorder.Level.PeakDbfs, 0.02);
        Assert.Equal(-9.03, recorder.Level.RmsDbfs, 0.05);
        await recorder.StopAsync();
        Assert.Equal(AudioLevel.Silence, recorder.Level.PeakDbfs);
    }

    [Fact]
    public async Task Two_recordings_at_a_time_are_refused()
    {
        await using VoiceRecorder recorder = Make();
        await recorder.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => recorder.StartAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => recorder.RecordUtteranceAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => recorder.RecordToEndAsync());
        await recorder.StopAsync();
    }

    [Fact]
    public async Task A_lost_device_ends_the_recording_and_the_next_one_works()
    {
        await using VoiceRecorder recorder = Make();
        var lost = new RavatarAudioException(AudioErrorCode.MediaAborted, "unplugged");
        await recorder.StartAsync();
        _source.Complete(lost);
        Assert.Same(lost, await Assert.ThrowsAsync<RavatarAudioException>(() => recorder.StopAsync()));

        Task<WavRecording> utterance = recorder.RecordUtteranceAsync();
        _source.Complete(lost);
        Assert.Same(lost, await Assert.ThrowsAsync<RavatarAudioException>(() => utterance.WaitAsync(s_guard)));

        await recorder.StartAsync();
        byte[] audio = Say(loud: 1, quiet: 0);
        Assert.Equal(audio, (await recorder.StopAsync()).Pcm.ToArray());
    }

    [Fact]
    public async Task A_source_that_ends_before_anybody_speaks_is_an_aborted_recording()
    {
        await using VoiceRecorder recorder = Make();
        Task<WavRecording> utterance = recorder.RecordUtteranceAsync();
        Say(loud: 0, quiet: 50);
        _source.Complete();

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => utterance.WaitAsync(s_guard));
        Assert.Equal(AudioErrorCode.MediaAborted, e.Code);
    }

    [Fact]
    public async Task A_source_that_cannot_start_leaves_the_recorder_free()
    {
        var source = new BrokenSource();
        await using var recorder = new VoiceRecorder(source, timeProvider: _time);
        await Assert.ThrowsAsync<RavatarAudioException>(() => recorder.StartAsync());
        await Assert.ThrowsAsync<RavatarAudioException>(() => recorder.RecordUtteranceAsync());

        Assert.False(recorder.IsRecording);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2_049)]
    public async Task A_source_that_miscounts_is_a_recorder_error_that_says_so(int read)
    {
        await using var recorder = new VoiceRecorder(new BrokenSource { Starts = true, Reads = read }, timeProvider: _time);

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => recorder.RecordToEndAsync().WaitAsync(s_guard));

        Assert.Equal(AudioErrorCode.RecorderError, e.Code);
        Assert.Contains($"read {read} bytes into a buffer of 2048", e.Message, StringComparison.Ordinal);
        Assert.False(recorder.IsRecording);
    }

    [Fact]
    public async Task A_source_that_never_ends_after_its_stop_is_a_recorder_error_after_5_seconds()
    {
        var source = new BrokenSource { Starts = true };
        await using var recorder = new VoiceRecorder(source, timeProvider: _time);
        await recorder.StartAsync();
        Task<WavRecording> stopping = recorder.StopAsync();
        Assert.False(stopping.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => stopping.WaitAsync(s_guard));
        Assert.Equal(AudioErrorCode.RecorderError, e.Code);
        Assert.False(recorder.IsRecording);
    }

    [Fact]
    public async Task Cancellation_carries_the_callers_token_and_disposal_says_so()
    {
        VoiceRecorder recorder = Make();
        using var cancellation = new CancellationTokenSource();
        Task<WavRecording> cancelled = recorder.RecordUtteranceAsync(cancellation.Token);
        await cancellation.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(s_guard));
        Assert.Equal(cancellation.Token, e.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recorder.StartAsync(cancellation.Token));

        Task<WavRecording> disposed = recorder.RecordUtteranceAsync();
        await recorder.DisposeAsync();
        await recorder.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed.WaitAsync(s_guard));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => recorder.StartAsync());
    }

    [Fact]
    public async Task Disposal_ends_a_running_recording_and_leaves_the_source_alone()
    {
        VoiceRecorder recorder = Make();
        await recorder.StartAsync();
        await recorder.DisposeAsync();

        Assert.False(recorder.IsRecording);
        await _source.StartAsync();
    }

    [Fact]
    public void Options_are_checked_and_copied()
    {
        (string Name, string Range, double Least, double Most, Action<VoiceRecorderOptions, TimeSpan> Set)[] cases =
        [
            ("EndSilence", "100 ms to 10 s", 0.1, 10, (o, v) => o.EndSilence = v),
            ("MaxUtterance", "1 s to 5 min", 1, 300, (o, v) => o.MaxUtterance = v),
            ("MinSpeech", "0 to 5 s", 0, 5, (o, v) => o.MinSpeech = v),
            ("PreRoll", "0 to 2 s", 0, 2, (o, v) => o.PreRoll = v),
            ("MinHold", "0 to 5 s", 0, 5, (o, v) => o.MinHold = v),
            ("MaxRecording", "1 s to 1 h", 1, 3_600, (o, v) => o.MaxRecording = v),
        ];
        foreach ((string name, string range, double least, double most, Action<VoiceRecorderOptions, TimeSpan> set) in cases)
        {
            foreach (double wrong in (double[])[least - 0.001, most + 0.001])
            {
                ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(
                    name,
                    () => Make(o => set(o, TimeSpan.FromSeconds(wrong)))
                );
                Assert.Contains($"{name} must be {range}.", e.Message, StringComparison.Ordinal);
            }
            Make(o => set(o, TimeSpan.FromSeconds(least)));
            Make(o => set(o, TimeSpan.FromSeconds(most)));
        }
        ArgumentException together = Assert.Throws<ArgumentException>(
            "options",
            () =>
                Make(o =>
                {
                    o.MaxUtterance = TimeSpan.FromSeconds(2.2);
                    o.PreRoll = TimeSpan.FromSeconds(2);
                })
        );
        Assert.Contains("longer than PreRoll and MinSpeech together", together.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_media_error_says_what_to_do()
    {
        foreach (
            AudioErrorCode code in (AudioErrorCode[])
                [
                    AudioErrorCode.PermissionDenied,
                    AudioErrorCode.NoSpecifiedMediaFound,
                    AudioErrorCode.MediaInUse,
                    AudioErrorCode.InvalidMediaConstraints,
                    AudioErrorCode.NoConstraints,
                    AudioErrorCode.RecorderError,
                    AudioErrorCode.MediaAborted,
                ]
        )
        {
            Assert.NotNull(new RavatarAudioException(code, "x").Recommendation);
            Assert.Equal(code.Value, code.ToString());
        }
        Assert.Null(new RavatarAudioException(new AudioErrorCode("new_one"), "x").Recommendation);
        Assert.Equal("", default(AudioErrorCode).ToString());
    }

    private VoiceRecorder Make(Action<VoiceRecorderOptions>? change = null)
    {
        var options = new VoiceRecorderOptions { Detector = new LoudnessDetector() };
        change?.Invoke(options);
        return new VoiceRecorder(_source, options, _time);
    }

    /// <summary>Pushes so many 10 ms frames into the source.</summary>
    private byte[] Say(int loud, int quiet)
    {
        byte[] audio =
        [
            .. Enumerable.Repeat((short)5_000, loud * 160).SelectMany(BitConverter.GetBytes),
            .. Enumerable.Repeat((short)1, quiet * 160).SelectMany(BitConverter.GetBytes),
        ];
        _source.Write(audio);
        return audio;
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }

    /// <summary>Cannot start; or starts, and then never comes to an end.</summary>
    private sealed class BrokenSource : IAudioSource
    {
        public bool Starts { get; init; }

        public int Reads { get; init; }

        public AudioFormat Format => AudioFormat.Voice;

        public ValueTask StartAsync(CancellationToken cancellationToken = default) =>
            Starts ? default : throw new RavatarAudioException(AudioErrorCode.MediaInUse, "busy");

        public ValueTask StopAsync(CancellationToken cancellationToken = default) => default;

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Reads == 0 ? Timeout.Infinite : 0, cancellationToken);
            return Reads;
        }

        public void DiscardBuffered() { }

        public ValueTask DisposeAsync() => default;
    }
}
