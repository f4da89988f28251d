namespace Ravatar.Client;

/// <summary>A microphone.</summary>
/// <param name="Id">What <see cref="Microphone.Open"/> takes: ALSA's name for it, or WASAPI's endpoint id.</param>
/// <param name="Name">What to show to people.</param>
/// <param name="IsDefault">Whether it is the system's default.</param>
public sealed record MicrophoneDevice(string Id, string Name, bool IsDefault);
