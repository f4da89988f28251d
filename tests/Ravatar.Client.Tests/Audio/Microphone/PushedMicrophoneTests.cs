using System.Collections.Concurrent;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class PushedMicrophoneTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_the_device_pushes_is_read_until_the_device_says_it_has_stopped()
    {
        var device = new Device();
        await device.StartAsync();
        device.Push([1, 2, 3, 4, 5]);
        Task stopping = device.StopAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        device.Push([6, 7]);
        device.Stop(null);
        await stopping.WaitAsync(s_guard);

        // Half a sample at the end of a push is none.
        Assert.Equal([1, 2, 3, 4, 6, 7], await ReadAsync(device));
        Assert.Equal("start request letgo", device.Journal);
    }

    [Fact]
    public async Task It_can_be_started_again_after_a_stop_and_after_a_loss()
    {
        var device = new Device { StopsWhenAsked = true };
        await device.StartAsync();
        await device.StartAsync();
        await device.StopAsync();
        await device.StopAsync();
        await device.StartAsync();
        device.Stop(new IOException("unplugged"));

        RavatarAudioException lost = await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(device));
        Assert.Equal(AudioErrorCode.MediaAborted, lost.Code);
        await device.StartAsync();
        device.Push([1, 2]);
        await device.DisposeAsync();
        await device.DisposeAsync();

        Assert.Equal("start request letgo start letgo start request letgo", device.Journal);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await device.StartAsync());
    }

    [Fact]
    public async Task A_device_that_misses_the_first_request_is_asked_again()
    {
        var time = new ManualTimeProvider();
        var device = new Device(time);
        await device.StartAsync();
        Task stopping = device.StopAsync().AsTask();
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(SpinWait.SpinUntil(() => device.Requests == 2, s_guard));
        device.Stop(null);

        await stopping.WaitAsync(s_guard);
    }

    [Fact]
    public async Task A_device_that_never_stops_is_left_alone_after_3_seconds()
    {
        var time = new ManualTimeProvider();
        var device = new Device(time);
        await device.StartAsync();
        Task stopping = device.StopAsync().AsTask();
        for (int asked = 1; asked <= 30; asked++)
        {
            Assert.True(SpinWait.SpinUntil(() => device.Requests == asked && time.Pending.Count > 0, s_guard));
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await stopping.WaitAsync(s_guard);
        Assert.DoesNotContain("letgo", device.Journal);
        Assert.Equal(0, await device.ReadAsync(new byte[2]));
    }

    [Fact]
    public async Task A_device_that_cannot_start_is_let_go_and_tells_why()
    {
        var device = new Device { Refuses = new IOException("no") };

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(async () => await device.StartAsync());
        Assert.Equal(AudioErrorCode.RecorderError, e.Code);
        Assert.Equal("start letgo", device.Journal);

        device.Refuses = null;
        await device.StartAsync();
    }

    [Fact]
    public async Task A_device_that_was_left_alone_has_no_part_in_the_next_run()
    {
        var time = new ManualTimeProvider();
        var device = new Device(time);
        await device.StartAsync();
        Run first = device.Present;
        await AdvanceUntilDoneAsync(time, device.StopAsync().AsTask());
        await device.StartAsync();

        first.Push([9, 9]);
        first.Stop(new IOException("late"));
        await first.LetGo.WaitAsync(s_guard);
        device.Push([1, 2]);

        var buffer = new byte[10];
        Assert.Equal(2, await device.ReadAsync(buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal([1, 2], buffer.AsSpan(0, 2).ToArray());
        Assert.False(device.Present.LetGo.IsCompleted);
        device.StopsWhenAsked = true;
        await device.StopAsync().AsTask().WaitAsync(s_guard);
        Assert.Equal(0, await device.ReadAsync(buffer));
    }

    [Fact]
    public async Task A_device_that_serves_all_runs_starts_again_only_when_it_has_said_that_it_stopped()
    {
        var time = new ManualTimeProvider();
        var device = new Device(time, oneDevice: true);
        await device.StartAsync();
        Run first = device.Present;
        await AdvanceUntilDoneAsync(time, device.StopAsync().AsTask());

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(async () => await device.StartAsync());
        Assert.Equal(AudioErrorCode.MediaInUse, e.Code);
        Assert.Same(first, device.Present);

        first.Stop(null);
        await device.StartAsync();
        device.Push([1, 2]);
        Assert.Equal(2, await device.ReadAsync(new byte[10]).AsTask().WaitAsync(s_guard));
    }

    [Fact]
    public async Task A_device_that_refuses_to_stop_is_lost_and_the_microphone_is_not()
    {
        var time = new ManualTimeProvider();
        var device = new Device(time);
        await device.StartAsync();
        device.RefusesToStop = new IOException("unplugged");
        Task<byte[]> reading = ReadAsync(device);
        Task stopping = device.StopAsync().AsTask();

        RavatarAudioException lost = await Assert.ThrowsAsync<RavatarAudioException>(() => reading.WaitAsync(s_guard));
        Assert.Equal(AudioErrorCode.MediaAborted, lost.Code);
        await AdvanceUntilDoneAsync(time, stopping);
        await device.StartAsync();
        Assert.Equal(2, device.Runs);
        await AdvanceUntilDoneAsync(time, device.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(device));
    }

    [Fact]
    public async Task A_device_that_was_disposed_cannot_start_and_the_microphone_can_be_started_again()
    {
        var device = new Device { Refuses = new ObjectDisposedException("device"), StopsWhenAsked = true };

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(async () => await device.StartAsync());
        Assert.Equal(AudioErrorCode.RecorderError, e.Code);

        device.Refuses = null;
        await device.StartAsync();
        await device.DisposeAsync();
        Assert.Equal("start letgo start request letgo", device.Journal);
    }

    [Fact]
    public async Task A_device_that_cannot_be_let_go_has_stopped_all_the_same()
    {
        var device = new Device { StopsWhenAsked = true, CannotBeLetGo = new IOException("no") };
        await device.StartAsync();
        device.Push([1, 2]);
        await device.StopAsync();

        Assert.Equal([1, 2], await ReadAsync(device));
        await device.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_whose_wait_is_cancelled_stops_all_the_same()
    {
        var device = new Device();
        await device.StartAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await device.StopAsync(new CancellationToken(true)));
        Assert.Equal("start request", device.Journal);

        device.Stop(null);
        await device.Present.LetGo.WaitAsync(s_guard);
        Assert.Equal(0, await device.ReadAsync(new byte[2]));
    }

    [Fact]
    public async Task Who_hears_of_a_loss_can_start_again_at_once()
    {
        const int Rounds = 200;
        var device = new Device { StopsWhenAsked = true };
        await device.StartAsync();
        for (int runs = 2; runs < Rounds; runs++)
        {
            Task restarting = RestartAsync();
            device.Stop(new IOException("unplugged"));
            await restarting.WaitAsync(s_guard);
            Assert.Equal(runs, device.Runs);
        }

        async Task RestartAsync()
        {
            await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(device)).ConfigureAwait(false);
            await device.StartAsync().ConfigureAwait(false);
        }
    }

    [Fact]
    public async Task What_nobody_reads_in_time_is_counted()
    {
        var device = new Device { StopsWhenAsked = true };
        await device.StartAsync();
        device.Push(new byte[AudioFormat.Voice.BytesPerSecond * 3]);
        Assert.Equal(16_000, device.DroppedFrames);

        await device.DisposeAsync();
        Assert.Equal(16_000, device.DroppedFrames);
    }

    private static async Task AdvanceUntilDoneAsync(ManualTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            Assert.True(SpinWait.SpinUntil(() => task.IsCompleted || time.Pending.Count > 0, s_guard));
            time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await task;
    }

    private static async Task<byte[]> ReadAsync(IAudioSource source)
    {
        var all = new List<byte>();
        var buffer = new byte[100];
        while (await source.ReadAsync(buffer).AsTask().WaitAsync(s_guard) is var read and > 0)
        {
            all.AddRange(buffer.AsSpan(0, read));
        }
        return [.. all];
    }

    private sealed class Device(TimeProvider? time = null, bool oneDevice = false) : PushedMicrophone(AudioFormat.Voice, oneDevice, time)
    {
        private readonly ConcurrentQueue<string> _journal = new();
        private readonly ConcurrentStack<Run> _runs = new();
        private int _requests;

        public bool StopsWhenAsked { get; set; }

        public Exception? Refuses { get; set; }

        public Exception? RefusesToStop { get; set; }

        public Exception? CannotBeLetGo { get; set; }

        public int Requests => Volatile.Read(ref _requests);

        public int Runs => _runs.Count;

        public Run Present => _runs.First();

        public string Journal => string.Join(' ', _journal);

        public void Push(byte[] audio) => Present.Push(audio);

        public void Stop(Exception? error) => Present.Stop(error);

        public void Note(string what)
        {
            if (what != "request" || _journal.Last() != "request")
            {
                _journal.Enqueue(what);
            }
        }

        public void CountRequest() => Interlocked.Increment(ref _requests);

        protected override DeviceRun MakeRun()
        {
            var run = new Run(this);
            _runs.Push(run);
            return run;
        }

        protected override RavatarAudioException Translate(Exception error, bool capturing) =>
            new(capturing ? AudioErrorCode.MediaAborted : AudioErrorCode.RecorderError, error.Message, error);
    }

    private sealed class Run : DeviceRun
    {
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Device _device;

        public Run(Device device)
            : base(device)
        {
            _device = device;
        }

        public Task LetGo => _letGo.Task;

        public void Push(byte[] audio) => Pushed(audio);

        public void Stop(Exception? error) => HasStopped(error);

        public override void Start()
        {
            _device.Note("start");
            if (_device.Refuses is { } error)
            {
                throw error;
            }
        }

        public override void RequestStop()
        {
            _device.Note("request");
            _device.CountRequest();
            if (_device.RefusesToStop is { } error)
            {
                throw error;
            }
            if (_device.StopsWhenAsked)
            {
                HasStopped(null);
            }
        }

        public override ValueTask LetGoAsync()
        {
            _device.Note("letgo");
            _letGo.TrySetResult();
            return _device.CannotBeLetGo is { } error ? ValueTask.FromException(error) : default;
        }
    }
}
