using System.Buffers.Binary;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class PcmConverterTests
{
    public static TheoryData<int, int, AudioEncoding> Formats
    {
        get
        {
            var data = new TheoryData<int, int, AudioEncoding>();
            foreach (int rate in (int[])[8_000, 11_025, 16_000, 22_050, 44_100, 47_999, 48_000, 192_000])
            {
                data.Add(rate, 1, AudioEncoding.Int16);
                data.Add(rate, 2, AudioEncoding.Float32);
                data.Add(rate, 3, AudioEncoding.Int24);
            }
            data.Add(48_000, 2, AudioEncoding.Int32);
            data.Add(16_000, 1, AudioEncoding.UInt8);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_split_of_the_input_gives_the_same_bytes(int rate, int channels, AudioEncoding encoding)
    {
        var format = new AudioFormat(rate, channels, encoding);
        byte[] input = Signal.Encode(Signal.Noise(rate / 10, 0.8, seed: rate), format);
        byte[] whole = Signal.Convert(input, format);

        Assert.Equal(whole, ConvertInPieces(input, format, () => 1));
        var random = new Random(7);
        Assert.Equal(whole, ConvertInPieces(input, format, () => random.Next(1, 5_000)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_path_for_big_endian_machines_gives_the_same_bytes(int rate, int channels, AudioEncoding encoding)
    {
        var format = new AudioFormat(rate, channels, encoding);
        byte[] input = Signal.Encode(Signal.Noise(rate / 10, 0.8, seed: 3), format);

        Assert.Equal(Signal.Convert(input, format), Signal.Convert(input, format, portable: true));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_output_has_as_many_samples_as_the_input_lasts(int rate, int channels, AudioEncoding encoding)
    {
        var format = new AudioFormat(rate, channels, encoding);
        foreach (int frames in (int[])[0, 1, 2, 3, 160, 4_801])
        {
            int expected = (int)Math.Ceiling(frames * 16_000.0 / rate);
            Assert.Equal(expected * 2, Signal.Convert(new byte[frames * format.BytesPerFrame], format).Length);
        }
    }

    [Theory]
    [InlineData(AudioEncoding.UInt8, 256)]
    [InlineData(AudioEncoding.Int16, 1)]
    [InlineData(AudioEncoding.Int24, 1)]
    [InlineData(AudioEncoding.Int32, 1)]
    [InlineData(AudioEncoding.Float32, 1)]
    public void A_sine_comes_out_where_and_as_it_should_be(AudioEncoding encoding, int tolerance)
    {
        foreach (int rate in (int[])[8_000, 16_000, 32_000, 44_100, 47_999, 48_000, 96_000, 192_000])
        {
            var format = new AudioFormat(rate, 2, encoding);
            byte[] output = Signal.Convert(Signal.Encode(Signal.Tone(rate, 997, 0.7, 1), format), format);

            // A 16-bit input was rounded once already; everything finer arrives within the one rounding that 16 bits need.
            AssertClose(Signal.Tone(16_000, 997, 0.7, 1), output, encoding == AudioEncoding.Int16 ? 1.5 : tolerance, $"{rate} {encoding}");
        }
    }

    [Fact]
    public void A_chirp_comes_out_where_and_as_it_should_be()
    {
        foreach (int rate in (int[])[44_100, 47_999, 48_000])
        {
            var format = new AudioFormat(rate, 1, AudioEncoding.Float32);
            byte[] output = Signal.Convert(Signal.Encode(Signal.Chirp(rate, 100, 6_900, 0.9, 2), format), format);

            AssertClose(Signal.Chirp(16_000, 100, 6_900, 0.9, 2), output, 1, $"{rate}");
        }
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(96_000)]
    [InlineData(47_999)]
    [InlineData(22_050)]
    public void Nothing_above_8_kHz_folds_back(int rate)
    {
        var format = new AudioFormat(rate, 1, AudioEncoding.Float32);
        foreach (double frequency in (double[])[8_050, 9_000, 10_000, 10_900, 14_000, 20_000])
        {
            if (frequency < rate / 2)
            {
                // A quiet tone beside it keeps the rounding to 16 bits from hiding what is smaller than half a step, and exactly a
                // second is looked at: tones of whole frequencies do not leak into each other.
                double[] tones = [.. Signal.Tone(rate, frequency, 0.9, 1.25).Zip(Signal.Tone(rate, 997, 0.05, 1.25), (a, b) => a + b)];
                short[] output = Signal.Decode(Signal.Convert(Signal.Encode(tones, format), format)).AsSpan(1_000, 16_000).ToArray();
                double folded = Math.Abs(frequency - (16_000 * Math.Round(frequency / 16_000)));

                double alias = Signal.Decibels(Signal.Fit(output, 16_000, folded).Amplitude / 0.9);
                Assert.True(alias <= -100, $"{frequency} Hz at {rate} folds to {folded} Hz: {alias} dB");
            }
        }
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(47_999)]
    [InlineData(192_000)]
    public void The_pass_band_is_flat_up_to_7_kHz(int rate)
    {
        var format = new AudioFormat(rate, 1, AudioEncoding.Float32);
        foreach (double frequency in (double[])[60, 500, 2_000, 4_000, 6_000, 6_500, 6_800, 6_900, 7_000])
        {
            byte[] output = Signal.Convert(Signal.Encode(Signal.Tone(rate, frequency, 0.5, 1), format), format);

            double change = Signal.Decibels(Signal.Fit(Signal.Middle(output), 16_000, frequency).Amplitude / 0.5);
            Assert.True(Math.Abs(change) <= 0.01, $"{frequency} Hz at {rate}: {change} dB");
        }
    }

    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(47_999)]
    public void A_loud_tone_keeps_97_dB_to_the_noise_of_16_bits(int rate)
    {
        var format = new AudioFormat(rate, 2, AudioEncoding.Float32);
        byte[] output = Signal.Convert(Signal.Encode(Signal.Tone(rate, 997, 0.9, 2), format), format);

        Assert.True(Signal.Fit(Signal.Middle(output), 16_000, 997).SignalToNoise >= 97);
    }

    [Fact]
    public void Sixteen_kilohertz_mono_16_bit_passes_bit_by_bit()
    {
        var input = new byte[65_536 * 2];
        for (int i = 0; i < 65_536; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(input.AsSpan(2 * i), (short)(i - 32_768));
        }

        Assert.Equal(input, Signal.Convert(input, AudioFormat.Voice));
    }

    [Theory]
    [InlineData(2.0f, short.MaxValue)]
    [InlineData(1.0f, short.MaxValue)]
    [InlineData(-1.0f, short.MinValue)]
    [InlineData(-7.0f, short.MinValue)]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 0)]
    [InlineData(0.5f / 32768f, 0)]
    [InlineData(1.5f / 32768f, 2)]
    [InlineData(-1.5f / 32768f, -2)]
    public void Samples_are_rounded_and_saturated_and_nonsense_is_silence(float sample, short expected)
    {
        var format = new AudioFormat(16_000, 1, AudioEncoding.Float32);
        var input = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(input, sample);

        Assert.Equal([expected], Signal.Decode(Signal.Convert(input, format)));
        Assert.Equal([expected], Signal.Decode(Signal.Convert(input, format, portable: true)));
    }

    [Fact]
    public void One_bad_float_does_not_spoil_what_follows()
    {
        var format = new AudioFormat(48_000, 1, AudioEncoding.Float32);
        byte[] input = Signal.Encode(new double[4_800], format);
        BinaryPrimitives.WriteSingleLittleEndian(input.AsSpan(400), float.NaN);

        Assert.All(Signal.Decode(Signal.Convert(input, format)), s => Assert.Equal(0, s));
    }

    [Fact]
    public void Channels_are_averaged()
    {
        var format = new AudioFormat(16_000, 2, AudioEncoding.Int16);
        byte[] input = [0x00, 0x40, 0x00, 0x20, 0x00, 0xC0, 0x00, 0x40];

        Assert.Equal([0x3000, 0], Signal.Decode(Signal.Convert(input, format)));
    }

    [Fact]
    public void After_a_flush_the_converter_starts_afresh()
    {
        var format = new AudioFormat(44_100, 2, AudioEncoding.Int16);
        byte[] input = Signal.Encode(Signal.Noise(3_000, 0.8, seed: 5), format);
        var converter = new PcmConverter(format);
        var output = new byte[100_000];

        int first = converter.Convert(input, output);
        first += converter.Flush(output.AsSpan(first));
        byte[] before = output.AsSpan(0, first).ToArray();
        int second = converter.Convert(input, output);
        second += converter.Flush(output.AsSpan(second));

        Assert.Equal(before, output.AsSpan(0, second).ToArray());
    }

    [Fact]
    public void Converting_allocates_nothing_once_warm()
    {
        var format = new AudioFormat(48_000, 2, AudioEncoding.Float32);
        var converter = new PcmConverter(format);
        byte[] input = Signal.Encode(Signal.Noise(4_801, 0.5, seed: 1), format);
        var output = new byte[converter.GetMaxOutputBytes(input.Length)];
        converter.Convert(input, output);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            converter.Convert(input, output);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_destination_that_is_too_short_is_refused_before_anything_is_consumed()
    {
        var format = new AudioFormat(48_000, 1, AudioEncoding.Int16);
        byte[] input = Signal.Encode(Signal.Noise(4_800, 0.8, seed: 2), format);
        var converter = new PcmConverter(format);
        var output = new byte[20_000];

        Assert.Throws<ArgumentException>("destination", () => converter.Convert(input, new byte[10]));
        Assert.Throws<ArgumentException>("destination", () => converter.Flush(new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => converter.GetMaxOutputBytes(-1));

        int written = converter.Convert(input, output);
        written += converter.Flush(output.AsSpan(written));
        Assert.Equal(Signal.Convert(input, format), output.AsSpan(0, written).ToArray());
    }

    [Theory]
    [InlineData(7_999, 1)]
    [InlineData(192_001, 1)]
    [InlineData(48_000, 0)]
    [InlineData(48_000, 33)]
    public void A_format_outside_the_range_is_refused(int rate, int channels) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AudioFormat(rate, channels, AudioEncoding.Int16));

    private static byte[] ConvertInPieces(byte[] input, AudioFormat format, Func<int> next)
    {
        var converter = new PcmConverter(format);
        var output = new List<byte>();
        var room = new byte[1_000_000];
        for (int at = 0; at < input.Length; )
        {
            int count = Math.Min(next(), input.Length - at);
            Assert.True(converter.GetMaxOutputBytes(count) <= room.Length);
            output.AddRange(room.AsSpan(0, converter.Convert(input.AsSpan(at, count), room)));
            at += count;
        }
        output.AddRange(room.AsSpan(0, converter.Flush(room)));
        return [.. output];
    }

    private static void AssertClose(double[] expected, byte[] actual, double tolerance, string what)
    {
        short[] samples = Signal.Decode(actual);
        Assert.Equal(expected.Length, samples.Length);
        // The filter reaches over the ends, where there is silence instead of the signal.
        for (int i = 300; i < samples.Length - 300; i++)
        {
            double difference = Math.Abs((expected[i] * 32768) - samples[i]);
            Assert.True(difference <= tolerance, $"{what}: sample {i} is {difference} off");
        }
    }
}
