using Xunit;

namespace Ravatar.Client.Tests;

public sealed class AlsaFormatsTests
{
    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(16_000)]
    [InlineData(22_050)]
    [InlineData(24_000)]
    [InlineData(44_100)]
    [InlineData(88_200)]
    [InlineData(176_400)]
    [InlineData(192_000)]
    public void A_device_s_only_rate_is_tried_with_every_number_of_channels_and_every_encoding(int rate)
    {
        IEnumerable<AudioFormat> wanted =
            from channels in Enumerable.Range(1, AudioFormat.MaxChannels)
            from encoding in Enum.GetValues<AudioEncoding>()
            select new AudioFormat(rate, channels, encoding);

        Assert.Empty(wanted.Except(AlsaFormats.Candidates(new MicrophoneConstraints())));
    }

    [Fact]
    public void The_usual_comes_first_8_bits_come_last_and_nothing_twice()
    {
        AudioFormat[] tried = [.. AlsaFormats.Candidates(new MicrophoneConstraints())];

        Assert.Equal(new AudioFormat(48_000, 1, AudioEncoding.Int16), tried[0]);
        Assert.Equal(tried.Length, tried.Distinct().Count());
        Assert.All(
            tried.SkipWhile(static f => f.Encoding != AudioEncoding.UInt8),
            static f => Assert.Equal(AudioEncoding.UInt8, f.Encoding)
        );
    }

    [Fact]
    public void What_was_asked_for_is_all_that_is_tried()
    {
        AudioFormat[] tried = [.. AlsaFormats.Candidates(new MicrophoneConstraints { SampleRate = 37_800, Channels = 3 })];

        Assert.Equal(Enum.GetValues<AudioEncoding>().Length, tried.Length);
        Assert.All(tried, static f => Assert.Equal((37_800, 3), (f.SampleRate, f.Channels)));
    }
}
