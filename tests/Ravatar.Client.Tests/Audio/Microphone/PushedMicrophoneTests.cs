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

    private sealed class Device(TimeProvider? time = null) : PushedMicrophone(AudioFormat.Voice, time)
    {
        private readonly List<string> _journal = [];
        private int _requests;

        public bool StopsWhenAsked { get; init; }

        public Exception? Refuses { get; set; }

        public int Requests => Volatile.Read(ref _requests);

        public string Journal => string.Join(' ', _journal);

        public void Push(byte[] audio) => Pushed(audio);

        public void Stop(Exception? error) => HasStopped(error);

        protected override void StartDevice()
        {
            _journal.Add("start");
            if (Refuses != null)
            {
                throw Refuses;
            }
        }

        protected override void RequestStop()
        {
            if (_journal[^1] != "request")
            {
                _journal.Add("request");
            }
            Interlocked.Increment(ref _requests);
            if (StopsWhenAsked)
            {
                HasStopped(null);
            }
        }

        protected override ValueTask LetGoAsync()
        {
            _journal.Add("letgo");
            return default;
        }

        protected override RavatarAudioException Translate(Exception error, bool capturing) =>
            new(capturing ? AudioErrorCode.MediaAborted : AudioErrorCode.RecorderError, error.Message, error);
    }
}
