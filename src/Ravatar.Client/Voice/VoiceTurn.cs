namespace Ravatar.Client;

/// <summary>One turn of a <see cref="VoiceConversation"/>: what the user said, and what came of it.</summary>
public sealed class VoiceTurn
{
    internal VoiceTurn(int number, WavRecording recording) => (Number, Recording) = (number, recording);

    /// <summary>The turn's number in its conversation, from 1.</summary>
    public int Number { get; }

    /// <summary>What the user said.</summary>
    public WavRecording Recording { get; }

    /// <summary>The answer; <see langword="null"/> when there is an <see cref="Error"/>, or none was waited for (<see cref="VoiceConversationOptions.AwaitAnswers"/>).</summary>
    public ChatAnswer? Answer { get; internal init; }

    /// <summary>
    /// Why there is no answer: <see cref="RavatarTimeoutException"/> when none came in time, <see cref="RavatarLiveException"/> when the live session ended before
    /// the recording was written, or how the channel ended. The conversation goes on, unless the channel has ended.
    /// </summary>
    public Exception? Error { get; internal init; }

    /// <summary>
    /// From the end of speech to the moment at which the recording was written to the socket; <see langword="null"/> when it never was. Speech has ended when the button was
    /// released, or when there was silence for <see cref="VoiceRecorderOptions.EndSilence"/>: that silence is not part of this time.
    /// </summary>
    public TimeSpan? TimeToSend { get; internal init; }

    /// <summary>From that moment to the answer; <see langword="null"/> when none came or none was waited for.</summary>
    public TimeSpan? TimeToAnswer { get; internal init; }
}
