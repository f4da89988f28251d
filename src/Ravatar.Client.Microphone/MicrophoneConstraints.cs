namespace Ravatar.Client;

/// <summary>
/// The format a microphone should capture. What is not set is up to the device. As RAVATAR's error page says of
/// <c>invalid_media_constraints</c> and <c>no_constraints</c>, a device that does not have it falls back to default constraints, unless
/// <see cref="Exact"/> is set.
/// </summary>
public sealed class MicrophoneConstraints
{
    /// <summary>Samples per second, in Hz. Defaults to 48,000, or what the device has.</summary>
    public int? SampleRate { get; set; }

    /// <summary>Channels. Defaults to 1, or what the device has.</summary>
    public int? Channels { get; set; }

    /// <summary>
    /// Whether a device without this format is an error (<see cref="AudioErrorCode.InvalidMediaConstraints"/>). Defaults to
    /// <see langword="false"/>: default constraints are used instead, and <see cref="IAudioSource.Format"/> tells which.
    /// </summary>
    public bool Exact { get; set; }

    /// <summary>Whether a format can be captured and converted at all.</summary>
    internal bool IsPossible =>
        SampleRate is null or (>= AudioFormat.MinSampleRate and <= AudioFormat.MaxSampleRate)
        && Channels is null or <= AudioFormat.MaxChannels;

    internal static MicrophoneConstraints Copy(MicrophoneConstraints constraints)
    {
        if (constraints.SampleRate <= 0 || constraints.Channels <= 0)
        {
            throw new ArgumentException("A sample rate and a number of channels must be positive.", nameof(constraints));
        }
        return (MicrophoneConstraints)constraints.MemberwiseClone();
    }
}
