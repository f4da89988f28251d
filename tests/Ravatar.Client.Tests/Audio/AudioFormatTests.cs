using Xunit;

namespace Ravatar.Client.Tests;

public sealed class AudioFormatTests
{
    [Theory]
    [InlineData(8_000, 1, AudioEncoding.UInt8, 1, "8000 Hz, 1 channel, UInt8")]
    [InlineData(16_000, 1, AudioEncoding.Int16, 2, "16000 Hz, 1 channel, Int16")]
    [InlineData(44_100, 2, AudioEncoding.Int24, 6, "44100 Hz, 2 channels, Int24")]
    [InlineData(192_000, 32, AudioEncoding.Int32, 128, "192000 Hz, 32 channels, Int32")]
    [InlineData(48_000, 3, AudioEncoding.Float32, 12, "48000 Hz, 3 channels, Float32")]
    public void A_format_knows_its_sizes_and_its_words(int rate, int channels, AudioEncoding encoding, int frame, string words)
    {
        var format = new AudioFormat(rate, channels, encoding);

        Assert.Equal(frame, format.BytesPerFrame);
        Assert.Equal(frame * rate, format.BytesPerSecond);
        Assert.Equal(words, format.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1), format.DurationOf(format.BytesPerSecond));
        Assert.Equal(format.BytesPerSecond, format.BytesOf(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(7_999, 1, 1, "sampleRate", "8,000 to 192,000")]
    [InlineData(192_001, 1, 1, "sampleRate", "8,000 to 192,000")]
    [InlineData(16_000, 0, 1, "channels", "1 to 32")]
    [InlineData(16_000, 33, 1, "channels", "1 to 32")]
    [InlineData(16_000, 1, -1, "encoding", "AudioEncoding")]
    [InlineData(16_000, 1, 5, "encoding", "AudioEncoding")]
    public void Bad_values_are_named_with_what_is_right(int rate, int channels, int encoding, string name, string right)
    {
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(
            name,
            () => new AudioFormat(rate, channels, (AudioEncoding)encoding)
        );
        Assert.Contains(right, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_are_saturated_and_rounded_and_every_cpu_writes_and_reads_the_same_bytes()
    {
        (float Sample, short Expected)[] cases =
        [
            (0, 0),
            (1, short.MaxValue),
            (3, short.MaxValue),
            (-1, short.MinValue),
            (-3, short.MinValue),
            (1.5f / 32_768, 2),
            (2.5f / 32_768, 2),
            (-1.5f / 32_768, -2),
            (32_766.4f / 32_768, 32_766),
        ];
        foreach ((float sample, short expected) in cases)
        {
            Assert.Equal(expected, SampleWriter.ToInt16(sample));
        }
        short[] samples = [0, 1, -1, 0x1234, short.MinValue, short.MaxValue];
        byte[] bytes = [0, 0, 1, 0, 0xFF, 0xFF, 0x34, 0x12, 0, 0x80, 0xFF, 0x7F];
        foreach (bool portable in (bool[])[true, !BitConverter.IsLittleEndian])
        {
            var written = new byte[bytes.Length];
            SampleWriter.Write(samples, written, portable);
            Assert.Equal(bytes, written);
            var read = new short[samples.Length];
            SampleWriter.Read(bytes, read, portable);
            Assert.Equal(samples, read);
        }
    }

    [Fact]
    public async Task The_last_frame_is_filled_up_with_silence_and_tells_what_of_it_is_audio()
    {
        await using var source = new CallbackAudioSource(AudioFormat.Voice);
        await source.StartAsync();
        source.Write([.. Enumerable.Repeat((byte)7, 322)]);
        source.Complete();
        var frames = new FrameReader(source);

        Assert.True(await frames.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(320, frames.Audio.Length);
        Assert.True(await frames.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal([7, 7], frames.Audio.ToArray());
        Assert.Equal([7, 7, .. new byte[318]], frames.Frame.ToArray());
        Assert.True(frames.HasEnded);
        Assert.False(await frames.ReadAsync(TestContext.Current.CancellationToken));
        Assert.True(frames.Audio.IsEmpty);
    }
}
