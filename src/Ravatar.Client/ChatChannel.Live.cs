using System.Runtime.CompilerServices;

namespace Ravatar.Client;

/// <content>Live Mode.</content>
public sealed partial class ChatChannel
{
    private LiveLink? _liveChannel;

    /// <summary>Starts sessions; set by the client that made the channel.</summary>
    internal Func<LiveOptions?, CancellationToken, Task<LiveSession>>? Starter { get; set; }

    /// <summary>The channel as its live sessions see it.</summary>
    internal ILiveChannel LiveChannel => LazyInitializer.EnsureInitialized(ref _liveChannel, () => new LiveLink(this))!;

    /// <summary>
    /// Starts Live Mode with the channel's avatar (<c>POST /startLiveSession</c>). While the session runs, everything the channel sends belongs to it.
    /// </summary>
    /// <param name="options">The size of the picture. Defaults to the service's own.</param>
    /// <param name="cancellationToken">
    /// Gives up waiting. The start itself is never cancelled on the wire: it finishes in the background within 60 s, and what it started is ended.
    /// </param>
    /// <returns>The session. Dispose it to end it; disposing the channel or the client does so too.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Width or height is outside 1 to 1920 or 1 to 1080.</exception>
    /// <exception cref="InvalidOperationException">The avatar has no Live Mode, or the channel has a session already.</exception>
    /// <exception cref="RavatarLiveException">All assistants are busy (503), the stream did not connect in time (504), or no answer came within 60 s.</exception>
    /// <exception cref="RavatarPaymentRequiredException">A subscription or payment issue (402).</exception>
    /// <exception cref="RavatarAuthenticationException">Sign-in was refused, or the request was refused again with a new token.</exception>
    /// <exception cref="RavatarApiException">Any other refusal, or an answer without a license or with a streaming URL that cannot be shown.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The channel or its client is disposed.</exception>
    public Task<LiveSession> StartLiveAsync(LiveOptions? options = null, CancellationToken cancellationToken = default)
    {
        Guard.NotDisposed(_disposal is not null, this);
        return Starter is { } start
            ? start(options, cancellationToken)
            : throw new InvalidOperationException("The channel was not opened by a RavatarClient.");
    }

    /// <summary>Joins a channel to its live sessions, which know nothing of channels.</summary>
    private sealed class LiveLink(ChatChannel chat) : ILiveChannel
    {
        public string AvatarId => chat.AvatarId;

        public void Enter(string licenseId, Action<LiveError, string> reported) => chat.Live.Enter(licenseId, reported);

        public void Leave()
        {
            chat.Live.Leave();
            chat._outbox.DropAudio();
        }

        public ValueTask<bool> SendPcmAsync(ReadOnlyMemory<byte> frame, string licenseId) => chat.SendPcmAsync(frame, licenseId);

        public async IAsyncEnumerable<bool> WatchConnectedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (ChatStateChange step in chat.WatchStateAsync(cancellationToken).ConfigureAwait(false))
            {
                if (step.State == ChatState.Closed)
                {
                    yield break;
                }
                yield return step.State == ChatState.Connected;
            }
        }
    }
}
