using Xunit;

namespace Ravatar.Client.Tests;

public sealed class StreamAudioSourceTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);
    private readonly byte[] _buffer = new byte[100];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_ends_a_read_that_waits_and_what_comes_later_is_read_after_the_next_start(bool heedsTokens)
    {
        var stream = new PartlyStream([1, 2]) { HeedsTokens = heedsTokens };
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await source.StartAsync();
        Assert.Equal(2, await source.ReadAsync(_buffer));
        Task<int> waiting = source.ReadAsync(_buffer).AsTask();
        Assert.False(waiting.IsCompleted);

        await source.StopAsync();

        Assert.Equal(0, await waiting.WaitAsync(s_guard));
        stream.Feed([3, 4, 5, 6]);
        Assert.Equal(0, await source.ReadAsync(_buffer));
        await source.StartAsync();
        Assert.Equal(4, await source.ReadAsync(_buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal([3, 4, 5, 6], _buffer.AsSpan(0, 4).ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_read_loses_nothing(bool heedsTokens)
    {
        var stream = new PartlyStream { HeedsTokens = heedsTokens };
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await source.StartAsync();
        using var cancellation = new CancellationTokenSource();
        Task<int> waiting = source.ReadAsync(_buffer, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_guard));
        Assert.Equal(cancellation.Token, e.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(_buffer, cancellation.Token));

        stream.Feed([1, 2]);
        stream.Feed([3, 4]);

        Assert.Equal(2, await source.ReadAsync(_buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal([1, 2], _buffer.AsSpan(0, 2).ToArray());
        Assert.Equal(2, await source.ReadAsync(_buffer));
        Assert.Equal([3, 4], _buffer.AsSpan(0, 2).ToArray());
        Assert.Equal(0, stream.CancelledReads);
    }

    [Fact]
    public async Task What_does_not_fit_into_a_read_comes_with_the_next_ones_also_over_a_stop()
    {
        var stream = new PartlyStream();
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await source.StartAsync();
        Assert.Equal(0, await source.ReadAsync(Memory<byte>.Empty));
        using var cancellation = new CancellationTokenSource();
        Task<int> waiting = source.ReadAsync(_buffer, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_guard));
        stream.Feed([1, 2, 3, 4, 5, 6]);
        stream.End();

        Assert.Equal(2, await source.ReadAsync(_buffer.AsMemory(0, 2)).AsTask().WaitAsync(s_guard));
        await source.StopAsync();
        Assert.Equal(0, await source.ReadAsync(_buffer));
        await source.StartAsync();
        await source.StartAsync();
        Assert.Equal(4, await source.ReadAsync(_buffer));
        Assert.Equal([3, 4, 5, 6], _buffer.AsSpan(0, 4).ToArray());
        Assert.Equal(0, await source.ReadAsync(_buffer));
    }

    [Fact]
    public async Task A_stream_that_fails_is_a_recorder_error_at_once_or_later()
    {
        var stream = new PartlyStream([1, 2]);
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await source.StartAsync();
        Assert.Equal(2, await source.ReadAsync(_buffer));
        Task<int> waiting = source.ReadAsync(_buffer).AsTask();
        var broken = new IOException("The pipe has broken.");
        stream.End(broken);

        for (int i = 0; i < 2; i++)
        {
            RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => waiting.WaitAsync(s_guard));
            Assert.Equal(AudioErrorCode.RecorderError, e.Code);
            Assert.Same(broken, e.InnerException);
            Assert.Contains("The stream", e.Message, StringComparison.Ordinal);
            waiting = source.ReadAsync(_buffer).AsTask();
        }
        await Assert.ThrowsAsync<RavatarAudioException>(() => waiting.WaitAsync(s_guard));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposal_gives_up_what_waits_and_closes_the_stream_unless_it_was_to_be_left_open(bool leaveOpen)
    {
        var stream = new PartlyStream();
        var source = new StreamAudioSource(stream, AudioFormat.Voice, leaveOpen);
        await source.StartAsync();
        Task<int> waiting = source.ReadAsync(_buffer).AsTask();

        await source.DisposeAsync();
        await source.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(s_guard));
        Assert.Equal(!leaveOpen, stream.IsClosed);
        Assert.True(SpinWait.SpinUntil(() => stream.CancelledReads == 1, s_guard));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.StartAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.ReadAsync(_buffer));
    }

    [Fact]
    public async Task A_stop_inside_a_sample_moves_no_later_one()
    {
        var stream = new PartlyStream([1, 2, 3]);
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await source.StartAsync();
        Assert.Equal(2, await source.ReadAsync(_buffer));
        Task<int> waiting = source.ReadAsync(_buffer).AsTask();
        await source.StopAsync();
        Assert.Equal(0, await waiting.WaitAsync(s_guard));

        await source.StartAsync();
        stream.Feed([4, 5]);
        stream.Feed([6, 7]);
        stream.End();

        Assert.Equal(2, await source.ReadAsync(_buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal([3, 4], _buffer.AsSpan(0, 2).ToArray());
        Assert.Equal(2, await source.ReadAsync(_buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal([5, 6], _buffer.AsSpan(0, 2).ToArray());
        // The end is the end, also inside a sample.
        Assert.Equal(1, await source.ReadAsync(_buffer).AsTask().WaitAsync(s_guard));
        Assert.Equal(7, _buffer[0]);
        Assert.Equal(0, await source.ReadAsync(_buffer));
    }

    [Fact]
    public void A_stream_that_cannot_be_read_is_refused()
    {
        var stream = new MemoryStream();
        stream.Dispose();

        ArgumentException e = Assert.Throws<ArgumentException>("stream", () => new StreamAudioSource(stream, AudioFormat.Voice));
        Assert.Contains("open for reading", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_to_talk_over_a_line_that_falls_silent_keeps_what_was_said()
    {
        // As much as the level is measured over: when it shows, all of it has been read.
        byte[] said = [.. Enumerable.Range(0, 1_600).Select(i => (byte)i)];
        var stream = new PartlyStream { HeedsTokens = false };
        await using var source = new StreamAudioSource(stream, AudioFormat.Voice);
        await using var recorder = new VoiceRecorder(source, timeProvider: new ManualTimeProvider());
        await recorder.StartAsync();
        stream.Feed(said);
        Assert.True(SpinWait.SpinUntil(() => recorder.Level.PeakDbfs > AudioLevel.Silence, s_guard));

        WavRecording first = await recorder.StopAsync().WaitAsync(s_guard);
        Assert.Equal(said, first.Pcm.ToArray());

        stream.Feed([1, 2]);
        stream.Feed([3, 4]);
        stream.End();
        Assert.Equal([1, 2, 3, 4], (await recorder.RecordToEndAsync().WaitAsync(s_guard)).Pcm.ToArray());
    }
}
