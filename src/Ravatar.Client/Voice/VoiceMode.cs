namespace Ravatar.Client;

/// <summary>What begins and ends a recording ("Voice modes" of RAVATAR's guide).</summary>
public enum VoiceMode
{
    /// <summary>Hands-free: the microphone is open, speech begins a recording and silence ends it (<c>vadEnabled</c>).</summary>
    Vad,

    /// <summary>A button that is held; a hold of less than <see cref="VoiceRecorderOptions.MinHold"/> records nothing.</summary>
    PushToTalk,

    /// <summary>The user starts and stops it.</summary>
    Record,
}
