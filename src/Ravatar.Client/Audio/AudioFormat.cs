namespace Ravatar.Client;

/// <summary>The shape of raw, interleaved audio: sample rate, channels and encoding.</summary>
public sealed record AudioFormat
{
    /// <summary>The lowest sample rate taken, in Hz.</summary>
    public const int MinSampleRate = 8_000;

    /// <summary>The highest sample rate taken, in Hz.</summary>
    public const int MaxSampleRate = 192_000;

    /// <summary>The most channels taken.</summary>
    public const int MaxChannels = 32;

    /// <summary>Describes a format.</summary>
    /// <param name="sampleRate">Samples per second and channel, 8,000 to 192,000.</param>
    /// <param name="channels">Interleaved channels, 1 to 32.</param>
    /// <param name="encoding">How a sample is stored.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public AudioFormat(int sampleRate, int channels, AudioEncoding encoding)
    {
        if (sampleRate is < MinSampleRate or > MaxSampleRate)
        {
            throw new ArgumentOutOfRangeException(nameof(sampleRate), sampleRate, "The sample rate must be 8,000 to 192,000 Hz.");
        }
        if (channels is < 1 or > MaxChannels)
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "There must be 1 to 32 channels.");
        }
        if (encoding is < AudioEncoding.UInt8 or > AudioEncoding.Float32)
        {
            throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "The encoding is none of AudioEncoding's values.");
        }
        SampleRate = sampleRate;
        Channels = channels;
        Encoding = encoding;
    }

    /// <summary>What RAVATAR takes: 16 kHz, mono, 16-bit signed (Audio Format Comparison).</summary>
    public static AudioFormat Voice { get; } = new(16_000, 1, AudioEncoding.Int16);

    /// <summary>Samples per second and channel, in Hz.</summary>
    public int SampleRate { get; }

    /// <summary>The number of interleaved channels.</summary>
    public int Channels { get; }

    /// <summary>How one sample is stored.</summary>
    public AudioEncoding Encoding { get; }

    /// <summary>Bytes of one sample of one channel: 1 to 4.</summary>
    public int BytesPerSample =>
        Encoding switch
        {
            AudioEncoding.UInt8 => 1,
            AudioEncoding.Int16 => 2,
            AudioEncoding.Int24 => 3,
            _ => 4,
        };

    /// <summary>Bytes of one sample of all channels.</summary>
    public int BytesPerFrame => BytesPerSample * Channels;

    /// <summary>Bytes of one second.</summary>
    public int BytesPerSecond => BytesPerFrame * SampleRate;

    /// <summary>The format in words, for example <c>48000 Hz, 2 channels, Float32</c>.</summary>
    /// <returns>A line for logs and messages.</returns>
    public override string ToString() =>
        FormattableString.Invariant($"{SampleRate} Hz, {Channels} {(Channels == 1 ? "channel" : "channels")}, {Encoding}");

    /// <summary>How long so many bytes sound.</summary>
    internal TimeSpan DurationOf(long bytes) =>
        TimeSpan.FromTicks((long)((decimal)(bytes / BytesPerFrame) * TimeSpan.TicksPerSecond / SampleRate));

    /// <summary>How many bytes sound so long, in whole frames.</summary>
    internal long BytesOf(TimeSpan duration) => (long)((decimal)duration.Ticks * SampleRate / TimeSpan.TicksPerSecond) * BytesPerFrame;
}
