#pragma warning disable
namespace Ravatar.Client;

internal sealed class LiveOptions
{
    public int? Width { get; init; }
    public int? Height { get; init; }
}

internal sealed class LiveStreamOptions { }

internal sealed record LiveStreamResult;

internal enum LiveEndReason
{
    EndedByClient,
    ChannelLost,
    Expired,
    Busy,
    StreamError,
}

internal enum LiveError
{
    StreamError,
    Timeout,
    Busy,
    Expired,
}

internal sealed class RavatarLiveException(string m) : RavatarException(m)
{
    public LiveError Reason => default;
}

internal sealed record LiveEnd(LiveEndReason Reason, string Message, bool EndedOnServer, RavatarLiveException? Exception = null);

internal sealed class LiveSession
{
    public Uri PageUri => null!;
    public bool IsRunning => false;
    public Task<LiveEnd> Ended => null!;

    public IAsyncEnumerable<RavatarLiveException> ReadErrorsAsync(CancellationToken ct = default) => null!;

    public Task<LiveStreamResult> StreamAsync(IAudioSource source, LiveStreamOptions? options = null, CancellationToken ct = default) =>
        null!;

    public Task<LiveEnd> EndAsync(CancellationToken ct = default) => null!;
}

internal static class LiveStub
{
    public static Task<LiveSession> StartLiveAsync(
        this ChatChannel c,
        LiveOptions? o = null,
        CancellationToken cancellationToken = default
    ) => throw new RavatarException("Live Mode is not there yet.");
}
