namespace Ravatar.Client;

/// <summary>How an audio source is streamed.</summary>
public sealed class LiveStreamOptions
{
    /// <summary>
    /// Whether the source is sent no faster than it sounds, a frame each 256 ms. Defaults to null: files (<see cref="WavAudioSource"/>) are,
    /// other sources are expected to come in real time by themselves.
    /// </summary>
    public bool? RealTime { get; init; }
}
