using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What the voice sample is told beside what all samples are.</summary>
/// <param name="WavPath">The file that speaks; null for a microphone.</param>
/// <param name="Microphone">The microphone's id; null for the system's default.</param>
/// <param name="Mode">What begins and ends a recording; null for what suits the service and the console.</param>
/// <param name="SavePath">Where to keep what is sent; null for nowhere.</param>
/// <param name="ListDevices">Whether to list the microphones and do nothing else.</param>
/// <param name="IsLive">Whether to talk in Live Mode.</param>
/// <param name="JournalFolder">Where to note running live sessions, for the next run to end what a crash left; null for nowhere.</param>
internal sealed record VoiceSettings(
    string? WavPath,
    string? Microphone,
    VoiceMode? Mode,
    string? SavePath,
    bool ListDevices,
    bool IsLive,
    string? JournalFolder
)
{
    /// <summary>Whether to stream continuously, instead of sending recordings.</summary>
    public bool Streams => IsLive && Mode is null;

    /// <summary>The mode: without one given, what the service asks for as far as the input can do it.</summary>
    public VoiceMode ModeFor(bool vadEnabled, bool isInteractive) =>
        Mode
        ?? (
            vadEnabled ? VoiceMode.Vad
            : isInteractive && WavPath is null ? VoiceMode.PushToTalk
            : VoiceMode.Record
        );
}
