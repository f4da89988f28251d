namespace Ravatar.Client;

/// <summary>How a <see cref="VoiceConversation"/> goes. Set before it is made: it keeps a copy.</summary>
public sealed class VoiceConversationOptions
{
    /// <summary>
    /// What begins and ends a recording, at first; <see cref="VoiceConversation.SetModeAsync"/> changes it. Defaults to null: what the configuration in hand
    /// says, voice activity detection where <see cref="ChatConfiguration.VadEnabled"/> is set, else push-to-talk.
    /// </summary>
    public VoiceMode? Mode { get; set; }

    /// <summary>How it is recorded: silence, lengths, detector. Defaults to the defaults of <see cref="VoiceRecorderOptions"/>.</summary>
    public VoiceRecorderOptions Recorder { get; set; } = new();

    /// <summary>How long a question waits for its answer, longer than zero, at most one day. Defaults to null: as long as the channel's questions do.</summary>
    public TimeSpan? AnswerTimeout { get; set; }

    /// <summary>
    /// Whether a turn waits for its answer. Defaults to <see langword="true"/>. Without, a turn is over when its recording is written, and what answers come go
    /// to the channel's readers: for Live Mode, where the stream speaks the answer, and whether a message comes as well is the service's choice.
    /// </summary>
    public bool AwaitAnswers { get; set; } = true;

    /// <summary>
    /// Whether the open microphone goes on listening while a turn waits for its answer and while the reader handles it. Defaults to <see langword="false"/>:
    /// an avatar that answers through a loudspeaker would talk to itself. Set it where headphones or echo cancellation prevent that, so that the user can
    /// interrupt; <see cref="VoiceRecorderOptions.KeepAudioBetweenUtterances"/> is then implied.
    /// </summary>
    public bool ListenWhileAnswering { get; set; }

    internal VoiceConversationOptions CheckedCopy()
    {
        if (Mode is { } mode)
        {
            CheckMode(mode, nameof(Mode));
        }
        if (AnswerTimeout is { } timeout)
        {
            Guard.UpToOneDay(timeout, nameof(AnswerTimeout));
        }
        VoiceConversationOptions copy = (VoiceConversationOptions)MemberwiseClone();
        copy.Recorder = VoiceRecorderOptions.Copy(Guard.NotNull(Recorder, nameof(Recorder)));
        copy.Recorder.KeepAudioBetweenUtterances |= ListenWhileAnswering;
        return copy;
    }

    internal static VoiceMode CheckMode(VoiceMode mode, string name) =>
        mode is VoiceMode.Vad or VoiceMode.PushToTalk or VoiceMode.Record
            ? mode
            : throw new ArgumentOutOfRangeException(name, mode, "The mode must be one of VoiceMode's values.");
}
