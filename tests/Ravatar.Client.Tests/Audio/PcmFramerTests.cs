using Xunit;

namespace Ravatar.Client.Tests;

public sealed class PcmFramerTests
{
    [Theory]
    [InlineData(PcmTail.PadWithSilence, 8_192)]
    [InlineData(PcmTail.Short, 1_000)]
    [InlineData(PcmTail.Drop, 0)]
    public void Any_split_gives_whole_frames_and_the_tail_as_chosen(PcmTail tail, int lastBytes)
    {
        byte[] pcm = Bytes((2 * PcmFramer.BytesPerFrame) + 1_000);
        var random = new Random(4);
        foreach (int largest in (int[])[1, 100, 9_000, 30_000])
        {
            List<byte[]> frames = Frame(pcm, tail, () => random.Next(1, largest + 1));

            Assert.Equal(lastBytes == 0 ? 2 : 3, frames.Count);
            Assert.Equal(pcm.AsSpan(0, 8_192).ToArray(), frames[0]);
            Assert.Equal(pcm.AsSpan(8_192, 8_192).ToArray(), frames[1]);
            if (lastBytes > 0)
            {
                byte[] last = new byte[lastBytes];
                pcm.AsSpan(16_384).CopyTo(last);
                Assert.Equal(last, frames[2]);
            }
        }
    }

    [Fact]
    public void A_whole_number_of_frames_has_no_tail()
    {
        Assert.Equal(2, Frame(Bytes(16_384), PcmTail.PadWithSilence, () => 700).Count);
        Assert.Empty(Frame([], PcmTail.PadWithSilence, () => 1));
    }

    [Fact]
    public void Half_a_sample_at_the_end_is_dropped()
    {
        Assert.Equal(6, Frame(Bytes(7), PcmTail.Short, () => 7)[0].Length);
        Assert.Empty(Frame(Bytes(1), PcmTail.PadWithSilence, () => 1));
        byte[] padded = Frame(Bytes(7), PcmTail.PadWithSilence, () => 7)[0];
        Assert.All(padded.AsSpan(6).ToArray(), b => Assert.Equal(0, b));
    }

    [Fact]
    public void There_is_no_frame_before_one_is_complete()
    {
        var framer = new PcmFramer();
        ReadOnlyMemory<byte> some = Bytes(10);

        Assert.False(framer.Fill(ref some));
        Assert.True(some.IsEmpty);
        Assert.True(framer.Frame.IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PcmFramer((PcmTail)9));
    }

    [Fact]
    public async Task A_source_is_read_as_converted_frames()
    {
        var format = new AudioFormat(44_100, 2, AudioEncoding.Float32);
        byte[] input = Signal.Encode(Signal.Noise(44_100, 0.7, seed: 8), format);
        byte[] expected = Signal.Convert(input, format);
        await using var source = new StreamAudioSource(new MemoryStream(input), format);
        await source.StartAsync(TestContext.Current.CancellationToken);
        var reader = new PcmFrameReader(source);
        var frame = new byte[PcmFramer.BytesPerFrame];
        var all = new List<byte>();
        while (await reader.ReadFrameAsync(frame, TestContext.Current.CancellationToken) is var count and > 0)
        {
            Assert.Equal(PcmFramer.BytesPerFrame, count);
            all.AddRange(frame);
        }

        Assert.Equal(4 * PcmFramer.BytesPerFrame, all.Count);
        Assert.Equal(expected, all.Take(expected.Length));
        Assert.All(all.Skip(expected.Length), b => Assert.Equal(0, b));
        Assert.Equal(0, await reader.ReadFrameAsync(frame, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(
            "frame",
            async () => await reader.ReadFrameAsync(new byte[100], TestContext.Current.CancellationToken)
        );
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(1, count).Select(i => (byte)(i % 251))];

    private static List<byte[]> Frame(byte[] pcm, PcmTail tail, Func<int> next)
    {
        var framer = new PcmFramer(tail);
        var frames = new List<byte[]>();
        for (int at = 0; at < pcm.Length; )
        {
            int count = Math.Min(next(), pcm.Length - at);
            ReadOnlyMemory<byte> part = pcm.AsMemory(at, count);
            while (framer.Fill(ref part))
            {
                frames.Add(framer.Frame.ToArray());
            }
            at += count;
        }
        if (framer.Finish())
        {
            frames.Add(framer.Frame.ToArray());
        }
        return frames;
    }
}
