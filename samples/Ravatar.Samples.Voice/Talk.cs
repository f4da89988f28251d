using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Who talks to whom, and how.</summary>
internal sealed record Talk(
    RavatarClient Client,
    ChatChannel Chat,
    Avatar? Avatar,
    IAudioSource Source,
    VoiceSettings Settings,
    SampleConsole Console
);
