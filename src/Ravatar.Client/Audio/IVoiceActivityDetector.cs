namespace Ravatar.Client;

/// <summary>
/// Says of every 10 ms of audio whether somebody speaks. It is driven by samples, not by a clock; what makes utterances of its decisions
/// (silence at the end, pre-roll, shortest and longest) is the recorder's. Not safe for concurrent use.
/// </summary>
public interface IVoiceActivityDetector
{
    /// <summary>How many frames a decision lags behind: 0 when it is about the frame just given, 1 when about the one before, … Constant.</summary>
    int DelayFrames { get; }

    /// <summary>Takes the next 10 ms, and decides about the frame given <see cref="DelayFrames"/> calls ago.</summary>
    /// <remarks>
    /// After a gap (another recording, a microphone that was muted) frames go on without a <see cref="Reset"/>, so that the room's noise need not be learned
    /// again; decisions about frames before the gap are not listened to.
    /// </remarks>
    /// <param name="frame">160 samples: 16 kHz, mono, 16-bit.</param>
    /// <returns>Whether that frame is speech. Before there is such a frame, <see langword="false"/>.</returns>
    bool IsSpeech(ReadOnlySpan<short> frame);

    /// <summary>Forgets everything, the noise floor included: other audio follows.</summary>
    void Reset();
}
