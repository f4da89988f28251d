namespace Ravatar.Client;

/// <summary>
/// A source that captures whether or not somebody reads, into a bounded buffer: a <see cref="CallbackAudioSource"/> or a microphone. What the
/// buffer has no room for is lost, the oldest first, and counted.
/// </summary>
public interface IBufferedAudioSource : IAudioSource
{
    /// <summary>
    /// The frames (samples of all channels) that were lost because nobody read them in time, since the source was made. An overrun of a
    /// device counts with what the device's own buffer holds: the least that it loses. Audio that was discarded on purpose does not count.
    /// </summary>
    long DroppedFrames { get; }
}
