namespace Ravatar.Client;

/// <summary>
/// A note of the SDK's own: after a reconnect history could not be read, so it is not known whether the server has the messages that were
/// under way. <see cref="ChatChannelOptions.UncertainMessages"/> decided.
/// </summary>
public sealed class HistoryUnavailable : ChatEvent
{
    internal HistoryUnavailable(int uncertain, Exception? exception) => (UncertainMessages, Exception) = (uncertain, exception);

    /// <summary>How many messages were under way.</summary>
    public int UncertainMessages { get; }

    /// <summary>Why history could not be read; <see langword="null"/> when it never could be, since the channel opened.</summary>
    public Exception? Exception { get; }
}
