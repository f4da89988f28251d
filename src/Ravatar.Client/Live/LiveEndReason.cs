namespace Ravatar.Client;

/// <summary>Why a live session ended.</summary>
public enum LiveEndReason
{
    /// <summary>It, its chat channel or its client was ended or disposed on this side, or the process is ending.</summary>
    EndedByClient,

    /// <summary>The chat channel ended, or had no connection for longer than <see cref="LiveSessionOptions.MaxOutage"/>.</summary>
    ChannelLost,

    /// <summary>The stream reported "Session expired".</summary>
    Expired,

    /// <summary>The stream reported that all assistants are busy.</summary>
    Busy,

    /// <summary>The stream reported "Something went wrong".</summary>
    StreamError,
}
