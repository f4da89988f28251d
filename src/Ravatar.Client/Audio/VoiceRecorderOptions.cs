namespace Ravatar.Client;

/// <summary>How a <see cref="VoiceRecorder"/> records. Set before the recorder is made: it keeps a copy.</summary>
public sealed class VoiceRecorderOptions
{
    /// <summary>The silence after speech that ends an utterance, 100 ms to 10 s. Defaults to 900 ms, as RAVATAR's web client has it.</summary>
    public TimeSpan EndSilence { get; set; } = TimeSpan.FromMilliseconds(900);

    /// <summary>The longest utterance, 1 s to 5 min; it is then ended in mid-speech, and the next one begins. Defaults to 15 s, as RAVATAR's web client has it.</summary>
    public TimeSpan MaxUtterance { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The least speech that makes an utterance, 0 to 5 s: less is a cough. Defaults to 200 ms.</summary>
    public TimeSpan MinSpeech { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How much of what was heard before speech was noticed belongs to the utterance, 0 to 2 s: no first syllable is clipped. Defaults to 300 ms.</summary>
    public TimeSpan PreRoll { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>What tells speech from noise. Defaults to a <see cref="VoiceActivityDetector"/>. An instance serves one recorder.</summary>
    public IVoiceActivityDetector? Detector { get; set; }

    /// <summary>
    /// Whether the hands-free loop also hears what the source captured while the previous utterance was being handled: as much of it as the source
    /// holds, 2 s for a microphone. Defaults to <see langword="false"/>: an avatar that answers through a loudspeaker would talk to itself.
    /// </summary>
    public bool KeepAudioBetweenUtterances { get; set; }

    /// <summary>The shortest hold of a push-to-talk button that records anything, 0 to 5 s. Defaults to 200 ms, as RAVATAR's web client has it.</summary>
    public TimeSpan MinHold { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest recording that the user ends, 1 s to 1 h. What comes later is not recorded. Defaults to 5 min (9.6 MB).</summary>
    public TimeSpan MaxRecording { get; set; } = TimeSpan.FromMinutes(5);

    internal static VoiceRecorderOptions Copy(VoiceRecorderOptions options)
    {
        Check(options.EndSilence, 100, 10_000, nameof(EndSilence), "100 ms to 10 s");
        Check(options.MaxUtterance, 1_000, 300_000, nameof(MaxUtterance), "1 s to 5 min");
        Check(options.MinSpeech, 0, 5_000, nameof(MinSpeech), "0 to 5 s");
        Check(options.PreRoll, 0, 2_000, nameof(PreRoll), "0 to 2 s");
        Check(options.MinHold, 0, 5_000, nameof(MinHold), "0 to 5 s");
        Check(options.MaxRecording, 1_000, 3_600_000, nameof(MaxRecording), "1 s to 1 h");
        if (options.MaxUtterance <= options.PreRoll + options.MinSpeech)
        {
            throw new ArgumentException("MaxUtterance must be longer than PreRoll and MinSpeech together.", nameof(options));
        }
        return (VoiceRecorderOptions)options.MemberwiseClone();
    }

    private static void Check(TimeSpan value, int least, int most, string name, string range)
    {
        if (value.TotalMilliseconds < least || value.TotalMilliseconds > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}
