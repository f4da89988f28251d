using Xunit;

namespace Ravatar.Client.Tests;

public sealed class CallbackAudioSourceTests
{
    private static readonly AudioFormat s_stereo = new(16_000, 2, AudioEncoding.Int16);

    [Fact]
    public async Task What_is_written_is_read_in_order()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        await source.StartAsync();
        source.Write([1, 2, 3, 4]);
        source.Write([5, 6, 7, 8]);
        var buffer = new byte[6];

        Assert.Equal(6, await source.ReadAsync(buffer));
        Assert.Equal([1, 2, 3, 4, 5, 6], buffer);
        Assert.Equal(2, await source.ReadAsync(buffer));
        Assert.Equal([7, 8], buffer.AsSpan(0, 2).ToArray());
    }

    [Fact]
    public async Task A_waiting_read_is_woken_off_the_callback()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        await source.StartAsync();
        var buffer = new byte[8];
        int readerThread = 0;
        Task reading = ReadAndNoteThreadAsync();
        Assert.False(reading.IsCompleted);

        int callbackThread = 0;
        var callback = new Thread(() =>
        {
            callbackThread = Environment.CurrentManagedThreadId;
            source.Write([1, 2, 3, 4]);
        });
        callback.Start();
        callback.Join();
        await reading.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.NotEqual(callbackThread, readerThread);

        async Task ReadAndNoteThreadAsync()
        {
            Assert.Equal(4, await source.ReadAsync(buffer).ConfigureAwait(false));
            readerThread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task A_full_ring_drops_the_oldest_and_counts_it()
    {
        await using var source = new CallbackAudioSource(s_stereo, TimeSpan.FromMilliseconds(10));
        await source.StartAsync();
        byte[] audio = [.. Enumerable.Range(0, 200 * 4).Select(i => (byte)(i / 4))];
        source.Write(audio.AsSpan(0, 120 * 4));
        source.Write(audio.AsSpan(120 * 4));
        byte[] read = new byte[4_000];
        int count = await source.ReadAsync(read);

        Assert.True(count >= 160 * 4);
        Assert.Equal(audio.AsSpan(audio.Length - count).ToArray(), read.AsSpan(0, count).ToArray());
        Assert.Equal(200 - (count / 4), source.DroppedFrames);

        source.Write(new byte[4 * 1_000]);
        Assert.Equal(200 - (count / 4) + 840, source.DroppedFrames);
    }

    [Fact]
    public async Task Samples_stay_whole_whatever_is_dropped_or_discarded()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            await using var source = new CallbackAudioSource(s_stereo, TimeSpan.FromMilliseconds(10));
            await source.StartAsync();
            int next = 0;
            int last = -1;
            var pending = new List<byte>();
            for (int step = 0; step < 200; step++)
            {
                if (random.Next(20) == 0)
                {
                    source.DiscardBuffered();
                }
                else if (random.Next(2) == 0)
                {
                    source.Write([.. Enumerable.Range(0, random.Next(1, 60)).SelectMany(_ => BitConverter.GetBytes(next++))]);
                }
                else
                {
                    var buffer = new byte[random.Next(1, 100)];
                    Task<int> read = source.ReadAsync(buffer).AsTask();
                    if (!read.IsCompleted)
                    {
                        source.Write(BitConverter.GetBytes(next++));
                    }
                    pending.AddRange(buffer.AsSpan(0, await read));
                }
                for (; pending.Count >= 4; pending.RemoveRange(0, 4))
                {
                    int value = BitConverter.ToInt32([.. pending.Take(4)]);
                    Assert.True(value > last && value < next, $"seed {seed}, step {step}: {value} after {last}");
                    last = value;
                }
            }
        }
    }

    [Fact]
    public async Task After_a_stop_the_rest_is_read_and_then_the_end_and_a_start_begins_anew()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        var buffer = new byte[4];
        source.Write([9, 9, 9, 9]);
        Assert.Equal(0, await source.ReadAsync(buffer));

        await source.StartAsync();
        source.Write([1, 2, 3, 4]);
        await source.StopAsync();
        source.Write([9, 9, 9, 9]);
        Assert.Equal(4, await source.ReadAsync(buffer));
        Assert.Equal([1, 2, 3, 4], buffer);
        Assert.Equal(0, await source.ReadAsync(buffer));

        await source.StartAsync();
        source.Write([5, 6, 7, 8]);
        Assert.Equal(4, await source.ReadAsync(buffer));
        Assert.Equal([5, 6, 7, 8], buffer);
    }

    [Fact]
    public async Task An_error_comes_after_the_audio_and_is_gone_after_a_start()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        await source.StartAsync();
        source.Write([1, 2, 3, 4]);
        var cause = new InvalidOperationException("unplugged");
        source.Complete(cause);
        var buffer = new byte[4];

        Assert.Equal(4, await source.ReadAsync(buffer));
        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(async () => await source.ReadAsync(buffer));
        Assert.Equal(AudioErrorCode.MediaAborted, e.Code);
        Assert.Same(cause, e.InnerException);
        Assert.Equal("The audio ended with an error: unplugged", e.Message);
        // The first reason is the one that counts.
        source.Complete(new InvalidOperationException("too late"));
        Assert.Same(cause, (await Assert.ThrowsAsync<RavatarAudioException>(async () => await source.ReadAsync(buffer))).InnerException);

        await source.StartAsync();
        source.Write([5, 6, 7, 8]);
        Assert.Equal(4, await source.ReadAsync(buffer));
    }

    [Fact]
    public async Task Stopping_disposing_and_cancelling_end_a_waiting_read()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        await source.StartAsync();
        Task<int> stopped = source.ReadAsync(new byte[4]).AsTask();
        await source.StopAsync();
        Assert.Equal(0, await stopped.WaitAsync(TimeSpan.FromSeconds(30)));

        await source.StartAsync();
        using var cancellation = new CancellationTokenSource();
        Task<int> cancelled = source.ReadAsync(new byte[4], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, e.CancellationToken);

        Task<int> disposed = source.ReadAsync(new byte[4]).AsTask();
        InvalidOperationException second = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await source.ReadAsync(new byte[4])
        );
        Assert.Contains("one reader", second.Message, StringComparison.Ordinal);
        await source.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.StartAsync());
    }

    [Fact]
    public async Task Who_has_given_up_already_and_who_reads_nothing_change_nothing()
    {
        await using var source = new CallbackAudioSource(s_stereo);
        var given = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.StartAsync(given));
        source.Write([9, 9, 9, 9]);
        await source.StartAsync();
        source.Write([1, 2, 3, 4]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(new byte[4], given));
        Assert.Equal(0, await source.ReadAsync(Memory<byte>.Empty));

        var buffer = new byte[8];
        Assert.Equal(4, await source.ReadAsync(buffer));
        Assert.Equal([1, 2, 3, 4], buffer.AsSpan(0, 4).ToArray());
        Assert.Equal(0, source.DroppedFrames);
    }

    [Fact]
    public async Task A_write_as_long_as_the_ring_fits_and_one_frame_more_drops_one()
    {
        await using var source = new CallbackAudioSource(s_stereo, TimeSpan.FromMilliseconds(10));
        byte[] audio = [.. Enumerable.Range(0, 161 * 4).Select(i => (byte)(i / 4))];
        var buffer = new byte[1_000];
        foreach (int frames in (int[])[160, 161])
        {
            await source.StartAsync();
            source.Write(audio.AsSpan(0, frames * 4));
            Assert.Equal(frames - 160, source.DroppedFrames);
            Assert.Equal(640, await source.ReadAsync(buffer));
            Assert.Equal(audio.AsSpan((frames - 160) * 4, 640).ToArray(), buffer.AsSpan(0, 640).ToArray());
        }
    }

    [Fact]
    public async Task A_reader_beside_a_writer_gets_everything()
    {
        await using var source = new CallbackAudioSource(s_stereo, TimeSpan.FromSeconds(60));
        await source.StartAsync();
        var writer = Task.Run(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                source.Write(BitConverter.GetBytes(i));
            }
            source.Complete();
        });
        var buffer = new byte[1_000];
        int expected = 0;
        while (await source.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30)) is var read and > 0)
        {
            for (int i = 0; i < read; i += 4)
            {
                Assert.Equal(expected++, BitConverter.ToInt32(buffer, i));
            }
        }
        await writer;

        Assert.Equal(100_000, expected);
        Assert.Equal(0, source.DroppedFrames);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        var source = new CallbackAudioSource(s_stereo);

        Assert.Throws<ArgumentException>("audio", () => source.Write([1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new CallbackAudioSource(s_stereo, TimeSpan.Zero));
        Assert.Throws<ArgumentException>("stream", () => new StreamAudioSource(new WriteOnlyStream(), s_stereo));
    }

    private sealed class WriteOnlyStream : MemoryStream
    {
        public override bool CanRead => false;
    }
}
