namespace Ravatar.Client;

/// <summary>What happens when a reader is further behind than its limits.</summary>
public enum SlowReaderPolicy
{
    /// <summary>The oldest events are left out, and the reader finds an <see cref="EventsMissed"/> in their place. Nobody else is held up.</summary>
    DropOldest,

    /// <summary>The socket is not read until the reader has caught up: nothing is left out, and everybody waits, answers too.</summary>
    HoldSocket,
}
