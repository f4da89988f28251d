#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
#endif

namespace Ravatar.Client;

/// <summary>
/// A running Live Mode session: an avatar that is streamed to <see cref="PageUri"/> and hears what is sent. While it runs, everything its chat channel
/// sends belongs to it. It ends on the server whatever happens: by <see cref="EndAsync"/>, disposal (of it, its channel or its client), the loss of the
/// channel, stream errors, or the process's end.
/// </summary>
/// <remarks>Made by <see cref="ChatChannel.StartLiveAsync"/>. All members may be used from any thread.</remarks>
public sealed partial class LiveSession : IAsyncDisposable
{
    private readonly ILiveChannel _channel;
    private readonly LiveEnvironment _environment;
    private readonly StreamingUrl _page;
    private readonly TaskCompletionSource<Cause> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _watching = new();
    private readonly Broadcast<RavatarLiveException> _errors = new(64, long.MaxValue, static _ => 1, missedNote: null, keepForFirst: true);
    private readonly string _name;
    private volatile Cause? _cause;
    private string _token;
    private long _sent;
    private long _dropped;

    internal LiveSession(ILiveChannel channel, string licenseId, StreamingUrl page, LiveEnvironment environment)
    {
        (_channel, LicenseId, _page, _environment) = (channel, licenseId, page, environment);
        _token = environment.NewestToken() ?? "";
        _name = environment.Shown(licenseId);
        channel.Enter(licenseId, Report);
        Telemetry.OpenSessions.Add(1);
        Ended = Detached.Run(RunAsync);
    }

    /// <summary>The session's name on the server: <c>LicenseId</c>.</summary>
    public string LicenseId { get; }

    /// <summary>The avatar: the configuration's <c>_id</c>.</summary>
    public string AvatarId => _channel.AvatarId;

    /// <summary>
    /// The page that shows the avatar: <c>streamingUrl</c> with the current token in its query, https unless it is on this machine or
    /// <see cref="RavatarClientOptions.AllowInsecureTransport"/> is set. The one place that shows a token by purpose: hand it to the web view that is to
    /// show the avatar and to nobody else. After the token was refreshed it holds the new one; a page that is open already is left alone.
    /// </summary>
    public Uri PageUri
    {
        get
        {
            _token = _environment.NewestToken() ?? _token;
            return _page.WithToken(_token);
        }
    }

    /// <summary>Whether audio and messages reach the session: it has not begun to end.</summary>
    public bool IsRunning => _cause is null;

    /// <summary>Completes when the session is over, here and on the server, and tells why. Never fails.</summary>
    public Task<LiveEnd> Ended { get; }

    /// <summary>
    /// Reads the errors that the stream reports, up to the session's end; the first reader also gets those before this call. <see cref="LiveError.Timeout"/> does not end the session:
    /// show <see cref="PageUri"/> anew; all others do.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The errors, to be enumerated once; of a reader that is 64 behind the oldest are left out.</returns>
    public IAsyncEnumerable<RavatarLiveException> ReadErrorsAsync(CancellationToken cancellationToken = default) =>
        _errors.Subscribe(cancellationToken: cancellationToken);

    /// <summary>What became of the session's audio so far.</summary>
    /// <returns>The counts at this moment.</returns>
    public LiveStatistics GetStatistics() => new(Interlocked.Read(ref _sent), Interlocked.Read(ref _dropped));

    /// <summary>
    /// Sends a frame of live audio: 4,096 samples, 16 kHz, mono, signed 16-bit little-endian. Audio is never sent late: where more than seven frames (1.8 s)
    /// wait for the socket, the oldest is dropped; while there is no connection, all are.
    /// </summary>
    /// <param name="frame">The frame: 8,192 bytes. May be reused as soon as this method has returned.</param>
    /// <param name="cancellationToken">Checked before anything is sent; a frame under way is not taken back.</param>
    /// <returns>Whether the frame was written to the socket. Need not be awaited; awaiting each before the next drops none on a working connection.</returns>
    /// <exception cref="ArgumentException">The frame does not have 8,192 bytes.</exception>
    /// <exception cref="RavatarLiveException">The session has ended; <see cref="Ended"/> tells how.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    /// <exception cref="ObjectDisposedException">The session was ended or disposed on this side.</exception>
    public ValueTask<bool> SendPcmAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        if (frame.Length != FrameBytes)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The frame has {frame.Length} bytes; it must have {FrameBytes}: 4,096 samples of 16 bits. PcmFramer makes such frames."
                ),
                nameof(frame)
            );
        }
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfOver();
        ValueTask<bool> sending = _channel.SendPcmAsync(frame, LicenseId);
        return sending.IsCompletedSuccessfully ? new ValueTask<bool>(Count(sending.Result)) : CountAsync(sending);
    }

    /// <summary>
    /// Ends the session, here at once and then on the server. The server is told by HTTP, which may overtake frames that are still on their way through the
    /// socket: where every last word counts, wait for the avatar's answer first.
    /// </summary>
    /// <param name="cancellationToken">Ends this wait; the session ends all the same.</param>
    /// <returns>How it ended, after 8 s at most: see <see cref="LiveEnd.EndedOnServer"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<LiveEnd> EndAsync(CancellationToken cancellationToken = default)
    {
        End(new Cause(LiveEndReason.EndedByClient, "It was ended on this side."));
        return Ended.WithCancellation(cancellationToken);
    }

    /// <summary>Ends the session like <see cref="EndAsync"/>, and waits for that.</summary>
    /// <returns>A task that never fails.</returns>
    public async ValueTask DisposeAsync() => await EndAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Only the first cause counts.</summary>
    private void End(Cause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is null)
        {
            _channel.Leave();
            _over.TrySetResult(cause);
        }
    }

    /// <summary>The session's life: waits for what ends it, then ends it on the server.</summary>
    private async Task<LiveEnd> RunAsync()
    {
        LiveLog.Started(_environment.Logger, _name, _environment.Shown(_page.ToString()));
        Detached.Observe(WatchChannelAsync(_watching.Token));
        Cause cause = await _over.Task.ConfigureAwait(false);
        // Nothing may come before the server is told: users' code hangs on this token.
        _ = Detached.Run(() => Clock.CancelAsync(_watching));
        LiveLog.Over(_environment.Logger, _name, cause.Message);
        bool ended = await LiveEnder
            .EndAsync(token => _environment.EndAsync(LicenseId, token), _name, _environment.Time, _environment.Logger)
            .ConfigureAwait(false);
        _errors.Complete();
        Telemetry.OpenSessions.Add(-1);
        return new LiveEnd(cause.Reason, cause.Message, ended, cause.Error);
    }

    private async Task WatchChannelAsync(CancellationToken cancellationToken)
    {
        using (Deadline patience = new(_environment.Time, LoseChannel))
        {
            try
            {
                bool was = true;
                await foreach (bool isConnected in _channel.WatchConnectedAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (isConnected != was)
                    {
                        patience.Set(isConnected ? Timeout.InfiniteTimeSpan : _environment.Options.MaxOutage);
                    }
                    was = isConnected;
                }
                End(new Cause(LiveEndReason.ChannelLost, "Its chat channel has ended."));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // something else has ended the session
            }
            catch (Exception e)
            {
                End(new Cause(LiveEndReason.ChannelLost, $"Its chat channel cannot be watched: {e.Message}"));
            }
        }
    }

    private void LoseChannel()
    {
        string time = FormattableString.Invariant($"{_environment.Options.MaxOutage.TotalSeconds:0.###} s");
        End(new Cause(LiveEndReason.ChannelLost, $"Its chat channel had no connection for {time} (LiveSessionOptions.MaxOutage)."));
    }

    private void Report(LiveError error, string text)
    {
        text = _environment.Shown(text); // the stream knows the token, and may quote it
        LiveLog.StreamError(_environment.Logger, _name, error, text);
        RavatarLiveException exception = new(error, $"The stream of the live session reports: {text}");
        _errors.Publish(exception);
        LiveEndReason? reason = error switch
        {
            LiveError.Expired => LiveEndReason.Expired,
            LiveError.Busy => LiveEndReason.Busy,
            LiveError.StreamError => LiveEndReason.StreamError,
            _ => null,
        };
        if (reason is { } ending)
        {
            End(new Cause(ending, exception.Message, exception));
        }
    }

    private void ThrowIfOver()
    {
        if (IsRunning)
        {
            return;
        }
        Cause cause = _cause!;
        Guard.NotDisposed(cause.Reason == LiveEndReason.EndedByClient, this);
        throw new RavatarLiveException(
            cause.Error?.Reason ?? LiveError.StreamError,
            $"The live session has ended: {cause.Message}",
            cause.Error
        );
    }

    private bool Count(bool written)
    {
        Interlocked.Increment(ref written ? ref _sent : ref _dropped);
        return written;
    }

#if NET8_0_OR_GREATER
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
#endif
    private async ValueTask<bool> CountAsync(ValueTask<bool> sending) => Count(await sending.ConfigureAwait(false));

    /// <summary>What ended the session.</summary>
    private sealed record Cause(LiveEndReason Reason, string Message, RavatarLiveException? Error = null);
}
