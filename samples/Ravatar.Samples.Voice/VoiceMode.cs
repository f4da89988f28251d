namespace Ravatar.Samples;

/// <summary>What begins and ends a recording.</summary>
internal enum VoiceMode
{
    /// <summary>Voice activity detection: speech begins it, silence ends it.</summary>
    Vad,

    /// <summary>Push-to-talk: a key held, a key released.</summary>
    PushToTalk,

    /// <summary>The user starts and stops it; a file is recorded as a whole.</summary>
    Record,
}
