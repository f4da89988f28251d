namespace Ravatar.Samples;

/// <summary>What the voice sample is told beside what all samples are.</summary>
/// <param name="WavPath">The file that speaks; null for a microphone.</param>
/// <param name="Microphone">The microphone's id; null for the system's default.</param>
/// <param name="Mode">What begins and ends a recording; null for what suits the service and the console.</param>
/// <param name="SavePath">Where to keep what is sent; null for nowhere.</param>
/// <param name="ListDevices">Whether to list the microphones and do nothing else.</param>
internal sealed record VoiceSettings(string? WavPath, string? Microphone, VoiceMode? Mode, string? SavePath, bool ListDevices)
{
    /// <summary>The mode: without one given, what the service asks for as far as the input can do it.</summary>
    public VoiceMode ModeFor(bool vadEnabled, bool isInteractive) =>
        Mode
        ?? (
            vadEnabled ? VoiceMode.Vad
            : isInteractive && WavPath is null ? VoiceMode.PushToTalk
            : VoiceMode.Record
        );
}
