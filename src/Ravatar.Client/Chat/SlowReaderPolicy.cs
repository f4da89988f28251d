namespace Ravatar.Client;

/// <summary>What happens when a reader is further behind than its limits.</summary>
public enum SlowReaderPolicy
{
    /// <summary>The oldest events are left out, and the reader finds an <see cref="EventsMissed"/> in their place. Nobody else is held up.</summary>
    DropOldest,

    /// <summary>
    /// The socket is not read until the reader has worked off half of what waits: nothing is left out, and everybody waits, answers too. So a reader must not itself wait for an answer. Where the platform pings
    /// (.NET 9 and later), a reader that stalls for more than 25 s costs the connection, as the answer to the ping waits behind what is not read. A stream that was asked for and is never
    /// read holds the socket for good.
    /// </summary>
    HoldSocket,
}
