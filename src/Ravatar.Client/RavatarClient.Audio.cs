namespace Ravatar.Client;

/// <content>Voice recorders and conversations.</content>
public sealed partial class RavatarClient
{
    /// <summary>Makes a recorder on the client's clock: by voice activity detection, push-to-talk, or start and stop. Nothing is sent, and nothing starts yet.</summary>
    /// <param name="source">Where the audio comes from, in any format: a microphone, a file, a source of the caller's own.</param>
    /// <param name="options">How to record. Copied. Defaults to the defaults of <see cref="VoiceRecorderOptions"/>.</param>
    /// <returns>
    /// The recorder. The caller disposes it, and then the source: the recorder never disposes the source, and the client, which keeps neither, disposes
    /// none of them. What it records is for <see cref="ChatChannel.AskAsync(VoiceClip, CancellationToken)"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is outside its range; the message says which.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public VoiceRecorder CreateRecorder(IAudioSource source, VoiceRecorderOptions? options = null)
    {
        Guard.NotDisposed(Volatile.Read(ref _disposed) != 0, this);
        return new VoiceRecorder(source, options, _time);
    }

    /// <summary>Makes a voice conversation over a channel, in Chat Mode or in Live Mode. Nothing is sent, and nothing starts yet.</summary>
    /// <param name="chat">Where what is said goes. It stays the caller's.</param>
    /// <param name="source">Where the audio comes from, in any format. It stays the caller's, who disposes it after the conversation.</param>
    /// <param name="options">
    /// How to talk. Copied. Where they name no <see cref="VoiceConversationOptions.Mode"/>, the configuration in hand decides (<c>vadEnabled</c>):
    /// voice activity detection, else push-to-talk.
    /// </param>
    /// <returns>The conversation, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException">The channel or the source is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is outside its range; the message says which.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public VoiceConversation CreateVoiceConversation(ChatChannel chat, IAudioSource source, VoiceConversationOptions? options = null)
    {
        Guard.NotDisposed(Volatile.Read(ref _disposed) != 0, this);
        VoiceMode byDefault = _configuration is { VadEnabled: true } ? VoiceMode.Vad : VoiceMode.PushToTalk;
        return new VoiceConversation(
            Guard.NotNull(chat),
            Guard.NotNull(source),
            options ?? new VoiceConversationOptions(),
            byDefault,
            _time
        );
    }
}
