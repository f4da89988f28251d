namespace Ravatar.Client;

/// <summary>
/// Something that arrived on the chat channel: a <see cref="ChatAnswer"/>, a <see cref="SystemEvent"/>, a <see cref="ServerEvent"/>,
/// a <see cref="ConnectionEvent"/>, an <see cref="UnknownEvent"/>, or a note of the SDK's own (<see cref="EventsMissed"/>, <see cref="HistoryUnavailable"/>).
/// </summary>
public abstract class ChatEvent
{
    private protected ChatEvent() { }

    /// <summary>The message's identifier: <c>_id</c>, where the server gave one.</summary>
    public string? Id { get; internal init; }

    /// <summary>
    /// When, by the server's clock: <c>timestamp</c> (ISO 8601), else <c>date</c> (Unix milliseconds; values below 10^11 are read as seconds).
    /// </summary>
    public DateTimeOffset? Date { get; internal init; }

    /// <summary>About how many bytes this event keeps alive; what readers' byte limits count.</summary>
    internal int Weight => Math.Max(Estimate, FrameBytes);

    /// <summary>
    /// The error of the live stream that it reports, by the texts of RAVATAR's error page ("Stream Errors"); <see langword="null"/> when it reports none. A live session tells of it as well.
    /// </summary>
    public LiveError? LiveError => Reported?.Error;

    /// <summary>The same with the server's words.</summary>
    internal ReportedLiveError? Reported { get; set; }

    /// <summary>How long the message was that brought it, in bytes.</summary>
    internal int FrameBytes { get; set; }

    /// <summary>What its known members keep alive, in bytes.</summary>
    private protected virtual int Estimate => 128;
}
