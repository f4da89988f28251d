namespace Ravatar.Client;

/// <summary>
/// A note of the SDK's own in the stream of a reader that fell behind by more than <see cref="ChatChannelOptions.ReaderEvents"/> events or
/// <see cref="ChatChannelOptions.ReaderBytes"/> bytes: the oldest were left out here.
/// </summary>
public sealed class EventsMissed : ChatEvent
{
    internal EventsMissed(long count) => Count = count;

    /// <summary>How many events were left out.</summary>
    public long Count { get; }
}
