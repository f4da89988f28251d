namespace Ravatar.Client.Testing;

/// <summary>How a connection is lost.</summary>
public enum FakeDropManner
{
    /// <summary>TCP reset: at once, and what is still on its way is lost.</summary>
    Reset,

    /// <summary>TCP ends in good order, without a WebSocket close frame; what was written before arrives. (The system may reset it all the same where the client has sent more than was read.)</summary>
    End,

    /// <summary>A WebSocket close frame, after what was written before.</summary>
    Close,

    /// <summary>The TCP connection stays, but nothing is read from it or written to it any more, not even pongs: half-open.</summary>
    Freeze,
}
