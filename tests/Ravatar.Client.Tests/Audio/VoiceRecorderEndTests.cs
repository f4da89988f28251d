using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Whose the source is: while it starts, when a recording ends, and after a disposal.</summary>
public sealed class VoiceRecorderEndTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private readonly HeldSource _source = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_press_that_is_cancelled_while_the_source_starts_leaves_nothing_open(bool heedsTokens)
    {
        await using VoiceRecorder recorder = Make();
        TaskCompletionSource<bool> starting = _source.HoldStart();
        _source.HeedsTokens = heedsTokens;
        Task pressing = recorder.PressAsync();
        Task cancelling = recorder.CancelAsync();
        if (!heedsTokens)
        {
            starting.SetResult(true);
        }

        await pressing.WaitAsync(s_guard);
        await cancelling.WaitAsync(s_guard);
        Assert.False(recorder.IsRecording);
        Assert.False(_source.IsRunning);
        Assert.Equal(1, _source.Stops);
        _source.StartAtOnce();
        await recorder.PressAsync();
        Assert.True(recorder.IsRecording);
        await recorder.CancelAsync();
    }

    [Fact]
    public async Task Who_waits_for_a_start_that_fails_has_no_part_in_the_next_one()
    {
        await using VoiceRecorder recorder = Make();
        TaskCompletionSource<bool> starting = _source.HoldStart();
        Task pressing = recorder.PressAsync();
        Task<WavRecording?> releasing = recorder.ReleaseAsync();
        starting.SetException(new RavatarAudioException(AudioErrorCode.MediaInUse, "busy"));
        _source.StartAtOnce();
        await Assert.ThrowsAsync<RavatarAudioException>(() => pressing.WaitAsync(s_guard));

        await recorder.PressAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => releasing.WaitAsync(s_guard));
        Assert.True(recorder.IsRecording);
        _source.Audio.Write([1, 2]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([1, 2], (await recorder.ReleaseAsync())!.Pcm.ToArray());
    }

    [Theory]
    [InlineData(199, false)]
    [InlineData(200, true)]
    public async Task A_release_while_the_source_starts_waits_for_it_and_judges_the_hold_by_the_buttons_times(int held, bool records)
    {
        await using VoiceRecorder recorder = Make();
        TaskCompletionSource<bool> starting = _source.HoldStart();
        Task pressing = recorder.PressAsync();
        _time.Advance(TimeSpan.FromMilliseconds(held));
        Task<WavRecording?> releasing = recorder.ReleaseAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(releasing.IsCompleted);

        starting.SetResult(true);

        await pressing.WaitAsync(s_guard);
        Assert.Equal(records, await releasing.WaitAsync(s_guard) != null);
        Assert.False(recorder.IsRecording);
        Assert.False(_source.IsRunning);
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_the_start_ends_the_recording_all_the_same()
    {
        await using VoiceRecorder recorder = Make();
        _source.HoldStart();
        Task pressing = recorder.StartAsync();
        using var cancellation = new CancellationTokenSource();
        Task<WavRecording> stopping = recorder.StopAsync(cancellation.Token);
        await cancellation.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.WaitAsync(s_guard));
        Assert.Equal(cancellation.Token, e.CancellationToken);

        await pressing.WaitAsync(s_guard);
        Assert.True(SpinWait.SpinUntil(() => !recorder.IsRecording && !_source.IsRunning, s_guard));
    }

    [Fact]
    public async Task A_start_that_is_given_up_stops_the_source_and_ends_the_wait_of_a_release()
    {
        await using VoiceRecorder recorder = Make();
        _source.HoldStart();
        using var cancellation = new CancellationTokenSource();
        Task pressing = recorder.PressAsync(cancellation.Token);
        Task<WavRecording?> releasing = recorder.ReleaseAsync();
        await cancellation.CancelAsync();

        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pressing.WaitAsync(s_guard));
        Assert.Equal(cancellation.Token, e.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => releasing.WaitAsync(s_guard));
        Assert.Equal(1, _source.Stops);
        Assert.False(recorder.IsRecording);
    }

    [Fact]
    public async Task Disposal_gives_up_a_start()
    {
        VoiceRecorder recorder = Make();
        _source.HoldStart();
        Task pressing = recorder.PressAsync();

        await recorder.DisposeAsync().AsTask().WaitAsync(s_guard);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => pressing.WaitAsync(s_guard));
        Assert.Equal(1, _source.Stops);
        Assert.False(recorder.IsRecording);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposal_waits_until_the_recording_has_let_go_of_the_source(bool toTheEnd)
    {
        VoiceRecorder recorder = Make();
        Task<WavRecording> recording = toTheEnd ? recorder.RecordToEndAsync() : recorder.RecordUtteranceAsync();
        TaskCompletionSource<bool> stopping = _source.HoldStop();

        Task disposing = await DisposingAsync(recorder);
        Assert.True(SpinWait.SpinUntil(() => _source.Stops == 1, s_guard));
        Assert.False(disposing.IsCompleted);
        stopping.SetResult(true);

        await disposing.WaitAsync(s_guard);
        Assert.False(recorder.IsRecording);
        Assert.False(_source.IsRunning);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => recording.WaitAsync(s_guard));
        Assert.Equal(1, _source.Stops);
    }

    [Fact]
    public async Task Disposal_waits_for_a_recording_that_its_user_is_ending_and_does_not_spoil_it()
    {
        VoiceRecorder recorder = Make();
        await recorder.StartAsync();
        _source.Audio.Write([1, 2]);
        TaskCompletionSource<bool> stopping = _source.HoldStop();
        Task<WavRecording> ending = recorder.StopAsync();
        Task disposing = await DisposingAsync(recorder);
        Assert.False(disposing.IsCompleted);

        stopping.SetResult(true);

        await disposing.WaitAsync(s_guard);
        Assert.False(recorder.IsRecording);
        Assert.False(_source.IsRunning);
        Assert.Equal([1, 2], (await ending.WaitAsync(s_guard)).Pcm.ToArray());
    }

    [Fact]
    public async Task Disposal_between_two_utterances_stops_the_source_and_the_loop_leaves_it_alone_afterwards()
    {
        VoiceRecorder recorder = Make(hears: true);
        await using IAsyncEnumerator<WavRecording> utterances = recorder.RecordUtterancesAsync().GetAsyncEnumerator();
        await HearAsync(utterances);

        await recorder.DisposeAsync();

        Assert.False(recorder.IsRecording);
        Assert.Equal(1, _source.Stops);
        // The source is somebody else's now.
        await using var next = new VoiceRecorder(_source, timeProvider: _time);
        await next.StartAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await utterances.MoveNextAsync());
        Assert.True(_source.IsRunning);
        await next.CancelAsync();
        Assert.Equal(2, _source.Stops);
    }

    [Fact]
    public async Task A_loop_that_is_left_after_a_disposal_leaves_the_source_alone()
    {
        VoiceRecorder recorder = Make(hears: true);
        IAsyncEnumerator<WavRecording> utterances = recorder.RecordUtterancesAsync().GetAsyncEnumerator();
        await HearAsync(utterances);
        await recorder.DisposeAsync();

        await utterances.DisposeAsync();

        Assert.Equal(1, _source.Stops);
    }

    [Fact]
    public async Task A_loop_that_is_left_stops_the_source_once()
    {
        await using VoiceRecorder recorder = Make(hears: true);
        await foreach (WavRecording _ in recorder.RecordUtterancesAsync())
        {
            break;
        }

        Assert.Equal(1, _source.Stops);
        Assert.False(recorder.IsRecording);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_that_never_stops_holds_a_disposal_up_for_5_seconds(bool betweenUtterances)
    {
        VoiceRecorder recorder = Make(hears: betweenUtterances);
        await using IAsyncEnumerator<WavRecording> utterances = recorder.RecordUtterancesAsync().GetAsyncEnumerator();
        Task<bool> hearing = utterances.MoveNextAsync().AsTask();
        if (betweenUtterances)
        {
            Assert.True(await hearing.WaitAsync(s_guard));
        }
        TaskCompletionSource<bool> stopping = _source.HoldStop();
        Task disposing = recorder.DisposeAsync().AsTask();
        await _time.AdvanceToTimerAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

        await disposing.WaitAsync(s_guard);

        Assert.True(recorder.IsRecording);
        stopping.SetResult(true);
        Assert.True(SpinWait.SpinUntil(() => !recorder.IsRecording, s_guard));
        if (!betweenUtterances)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => hearing.WaitAsync(s_guard));
        }
    }

    [Fact]
    public async Task A_file_is_recorded_part_by_part_without_a_loss()
    {
        var format = new AudioFormat(48_000, 2, AudioEncoding.Float32);
        byte[] input = Signal.Encode(Signal.Noise(2 * 48_000, 0.5, seed: 3), format);
        await using var file = new StreamAudioSource(new MemoryStream(input), format);
        await using var recorder = new VoiceRecorder(file, new VoiceRecorderOptions { MaxRecording = TimeSpan.FromSeconds(1) });

        WavRecording first = await recorder.RecordToEndAsync();
        WavRecording second = await recorder.RecordToEndAsync();

        byte[] both = [.. first.Pcm.ToArray(), .. second.Pcm.ToArray()];
        Assert.Equal(Signal.Convert(input, format), both);
        Assert.Equal(0, (await recorder.RecordToEndAsync()).Pcm.Length);
    }

    [Fact]
    public async Task What_was_read_ahead_of_a_microphone_is_no_part_of_the_next_recording()
    {
        await using var recorder = new VoiceRecorder(_source, new VoiceRecorderOptions { MaxRecording = TimeSpan.FromSeconds(1) });
        Task<WavRecording> first = recorder.RecordToEndAsync();
        _source.Audio.Write(new byte[32_000 + 640]);
        Assert.Equal(TimeSpan.FromSeconds(1), (await first.WaitAsync(s_guard)).Duration);

        Task<WavRecording> second = recorder.RecordToEndAsync();
        _source.Audio.Write([1, 2]);
        _source.Audio.Complete();

        Assert.Equal([1, 2], (await second.WaitAsync(s_guard)).Pcm.ToArray());
    }

    private VoiceRecorder Make(bool hears = false)
    {
        // An utterance: a loud frame and the silence after it.
        var audio = new byte[320 * 92];
        audio.AsSpan(0, 320).Fill(0x40);
        _source.First = hears ? audio : [];
        return new VoiceRecorder(_source, new() { Detector = new LoudnessDetector(), MinSpeech = TimeSpan.Zero }, _time);
    }

    /// <summary>A disposal that waits: it gives up after 5 s, and this is the timer.</summary>
    private async Task<Task> DisposingAsync(VoiceRecorder recorder)
    {
        Task disposing = recorder.DisposeAsync().AsTask();
        await _time.WaitForTimerAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)).WaitAsync(s_guard);
        return disposing;
    }

    private static async Task HearAsync(IAsyncEnumerator<WavRecording> utterances) =>
        Assert.True(await utterances.MoveNextAsync().AsTask().WaitAsync(s_guard));
}
