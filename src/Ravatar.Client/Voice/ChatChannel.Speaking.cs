namespace Ravatar.Client;

/// <content>Recordings, with what became of them.</content>
public sealed partial class ChatChannel
{
    /// <summary>Brings a recording on its way; <see cref="AnswerAsync"/> waits for what comes of it.</summary>
    internal OutgoingMessage PostVoice(VoiceClip voice, bool wantsAnswer, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Post(null, license => _encoder.Voice(voice, license), wantsAnswer ? timeout ?? _answerTimeout : null, cancellationToken);

    /// <summary>Waits for the answer or, where none is wanted, for the write.</summary>
    internal async Task<ChatAnswer?> AnswerAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (message.Answer is { } answer)
        {
            return await WaitAsync(answer.Task, message, cancellationToken).ConfigureAwait(false);
        }
        await WaitAsync(message.Written.Task, message, cancellationToken).ConfigureAwait(false);
        return null;
    }
}
