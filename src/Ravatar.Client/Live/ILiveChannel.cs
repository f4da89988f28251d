namespace Ravatar.Client;

/// <summary>What a live session needs from the chat channel it belongs to.</summary>
internal interface ILiveChannel
{
    /// <summary>The avatar of the channel.</summary>
    string AvatarId { get; }

    /// <summary>From here on messages belong to this session; stream errors are reported, on a thread that must not be held up.</summary>
    void Enter(string licenseId, Action<LiveError, string> reported);

    /// <summary>Back to Chat Mode.</summary>
    void Leave();

    /// <summary>Sends a frame of audio, never late; completes with whether it was written.</summary>
    ValueTask<bool> SendPcmAsync(ReadOnlyMemory<byte> frame, string licenseId);

    /// <summary>Whether the channel is connected, now and whenever that changes; ends when the channel does.</summary>
    IAsyncEnumerable<bool> WatchConnectedAsync(CancellationToken cancellationToken);
}
