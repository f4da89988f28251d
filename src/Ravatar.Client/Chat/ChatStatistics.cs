namespace Ravatar.Client;

/// <summary>What a channel did that nobody saw, counted since it opened.</summary>
public sealed record ChatStatistics
{
    /// <summary>Messages written to a socket, repeats included.</summary>
    public long Sent { get; init; }

    /// <summary>Messages received from a socket, of any kind.</summary>
    public long Received { get; init; }

    /// <summary>Connections that were made after the first.</summary>
    public long Reconnects { get; init; }

    /// <summary>Messages sent again after a lost connection, because history showed that the server had not received them or could not be read.</summary>
    public long Resent { get; init; }

    /// <summary>Messages under way that were not sent again, because history could not be read and <see cref="UncertainMessagePolicy.GiveUp"/> was set.</summary>
    public long NotResent { get; init; }

    /// <summary>Answers that were read from history because their connection had died.</summary>
    public long Recovered { get; init; }

    /// <summary>Answers that came a second time, by history or by a new connection, and were left out.</summary>
    public long DuplicatesDropped { get; init; }

    /// <summary>Questions that had no answer in time.</summary>
    public long TimedOut { get; init; }

    /// <summary>Reconnects after which history could not be read.</summary>
    public long HistoryFailures { get; init; }

    /// <summary>Events that slow readers missed, all readers together.</summary>
    public long EventsMissed { get; init; }

    /// <summary>Frames of live audio that were not sent: they would have been late, or their connection had gone.</summary>
    public long AudioFramesDropped { get; init; }

    /// <summary>Messages that were no valid JSON object, too large, or of an unknown kind.</summary>
    public long Unknown { get; init; }
}
