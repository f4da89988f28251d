using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The capturing thread and its owner, on devices that do what real ones do rarely.</summary>
public sealed class AlsaMicrophoneTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private int _opened;

    [Fact]
    public async Task A_process_that_slept_has_lost_no_device()
    {
        var pcm = new ScriptedPcm();
        pcm.Give(1, 2);
        pcm.Then(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(3));
            return ([], 3_200);
        });
        pcm.Give(3, 4);
        await using AlsaMicrophone microphone = Make(pcm);
        await microphone.StartAsync();

        Assert.Equal([1, 2, 3, 4], await ReadAsync(microphone, 4));
        Assert.Equal(3_200, microphone.DroppedFrames);
    }

    [Fact]
    public async Task A_process_that_slept_while_it_waited_has_lost_no_device()
    {
        var pcm = new ScriptedPcm();
        pcm.OnWait = () =>
        {
            _time.Advance(TimeSpan.FromSeconds(3));
            pcm.OnWait = null;
        };
        // One read for what is there before the wait, one after it.
        pcm.Then(() => ([], 0));
        pcm.Then(() => ([], 0));
        pcm.Give(1, 2);
        await using AlsaMicrophone microphone = Make(pcm);
        await microphone.StartAsync();

        Assert.Equal([1, 2], await ReadAsync(microphone, 2));
    }

    [Fact]
    public async Task A_device_that_gives_nothing_for_2_seconds_is_lost_and_opened_anew()
    {
        var silent = new ScriptedPcm { OnWait = () => _time.Advance(TimeSpan.FromMilliseconds(100)) };
        var next = new ScriptedPcm();
        await using AlsaMicrophone microphone = Make(silent, next);
        await microphone.StartAsync();

        RavatarAudioException lost = await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(microphone, 2));
        Assert.Equal(AudioErrorCode.MediaAborted, lost.Code);
        Assert.InRange(_time.Elapsed, TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(2));
        await silent.Closed.WaitAsync(s_guard);

        await microphone.StartAsync();
        next.Give(1, 2);
        Assert.Equal([1, 2], await ReadAsync(microphone, 2));
    }

    [Fact]
    public async Task A_device_that_never_runs_dry_stops_too()
    {
        var pcm = new ScriptedPcm { Always = new byte[1_600] };
        // Disposed at the end only: one that does not stop is not disposed of either.
        AlsaMicrophone microphone = Make(pcm);
        for (int i = 0; i < 2; i++)
        {
            await microphone.StartAsync();
            await ReadAsync(microphone, 1_600);
            await microphone.StopAsync().AsTask().WaitAsync(s_guard);
        }
        Assert.Equal(1, _opened);
        await microphone.DisposeAsync();
    }

    [Fact]
    public async Task What_sounded_before_the_stop_is_kept()
    {
        var pcm = new ScriptedPcm();
        await using AlsaMicrophone microphone = Make(pcm);
        await microphone.StartAsync();
        using var stop = new ManualResetEventSlim();
        pcm.Then(() =>
        {
            stop.Wait(s_guard);
            return ([1, 2], 0);
        });
        for (byte i = 0; i < 100; i++)
        {
            pcm.Give(i, i);
        }
        Task stopping = microphone.StopAsync().AsTask();
        stop.Set();
        await stopping.WaitAsync(s_guard);

        Assert.Equal(202, (await ReadAsync(microphone, 1_000)).Length);
    }

    [Fact]
    public async Task A_stop_whose_wait_is_cancelled_stops_all_the_same()
    {
        var pcm = new ScriptedPcm();
        await using AlsaMicrophone microphone = Make(pcm);
        await microphone.StartAsync();

        Exception? e = await Record.ExceptionAsync(async () => await microphone.StopAsync(new CancellationToken(true)));
        Assert.True(e is null or OperationCanceledException, e?.ToString());
        await pcm.Dropped.WaitAsync(s_guard);
    }

    [Fact]
    public async Task A_thread_that_was_given_up_adds_nothing_to_the_next_recording()
    {
        using var stuck = new ManualResetEventSlim();
        using var letOut = new ManualResetEventSlim();
        var first = new ScriptedPcm();
        first.Then(() =>
        {
            stuck.Set();
            letOut.Wait(s_guard);
            return ([9, 9], 0);
        });
        var second = new ScriptedPcm();
        await using AlsaMicrophone microphone = Make(first, second);
        await microphone.StartAsync();
        Assert.True(stuck.Wait(s_guard));
        Task stopping = microphone.StopAsync().AsTask();
        await _time.AdvanceToTimerAsync(TimeSpan.FromSeconds(3));
        await stopping.WaitAsync(s_guard);
        await microphone.StartAsync();

        letOut.Set();
        await first.Closed.WaitAsync(s_guard);
        second.Give(1, 2);

        Assert.Equal([1, 2], await ReadAsync(microphone, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thread_that_finishes_while_it_is_given_up_says_whether_the_device_can_be_used(bool fails)
    {
        var pcm = new ScriptedPcm();
        if (fails)
        {
            pcm.Then(() => throw new RavatarAudioException(AudioErrorCode.MediaAborted, "unplugged"));
        }
        var ring = new CallbackAudioSource(AudioFormat.Voice);
        using var capture = new AlsaCapture(pcm, ring, static _ => { }, _time);
        capture.RequestStop();
        await capture.Finished.WaitAsync(s_guard);

        Assert.False(capture.IsRunning);
        Assert.Equal(!fails, await capture.AbandonAsync().WaitAsync(s_guard));
        Assert.Equal(fails, pcm.Closed.IsCompleted);
    }

    [Fact]
    public async Task Who_hears_of_a_loss_can_start_again_at_once()
    {
        const int Rounds = 200;
        ScriptedPcm[] pcms = [.. Enumerable.Range(0, Rounds + 1).Select(static _ => new ScriptedPcm())];
        await using AlsaMicrophone microphone = Make(pcms);
        await microphone.StartAsync();
        for (int i = 0; i < Rounds; i++)
        {
            pcms[i].Then(() => throw new RavatarAudioException(AudioErrorCode.MediaAborted, "unplugged"));
            await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(microphone, 2));
            await microphone.StartAsync();
            Assert.Equal(i + 2, _opened);
        }
    }

    private AlsaMicrophone Make(params ScriptedPcm[] pcms) => new(_ => pcms[_opened++], _time);

    private static async Task<byte[]> ReadAsync(AlsaMicrophone source, int count)
    {
        var buffer = new byte[count];
        int have = 0;
        while (have < count && await source.ReadAsync(buffer.AsMemory(have)).AsTask().WaitAsync(s_guard) is var read and > 0)
        {
            have += read;
        }
        return buffer[..have];
    }
}
