namespace Ravatar.Client;

/// <content>Voice recorders.</content>
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
}
