namespace Ravatar.Client.Testing;

/// <summary>What a client's message is, by its members.</summary>
public enum FakeMessageKind
{
    /// <summary>No JSON object, or none of the others.</summary>
    Unknown,

    /// <summary>A text: it carries <c>request</c>.</summary>
    Text,

    /// <summary>A recording: it carries <c>file_base64_data</c>.</summary>
    Voice,

    /// <summary>A frame of live audio: it carries <c>audio_base64_pcm</c>.</summary>
    Pcm,
}
