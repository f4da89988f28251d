using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// What the chat channel logs. Event ids 300 to 399; never a token. What is said goes to <see cref="Log.PayloadCategory"/> alone.
/// </summary>
internal static partial class ChatLog
{
    /// <summary>The category of chat channels.</summary>
    public const string Category = "Ravatar.Client.Chat";

    [LoggerMessage(300, LogLevel.Information, "Chat channel {State}: {Reason} (attempt {Attempt}, after {Delay} s)")]
    public static partial void StateChanged(ILogger logger, ChatState state, string reason, int attempt, double delay);

    [LoggerMessage(301, LogLevel.Information, "Chat connection {Epoch} ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, int epoch, string reason);

    [LoggerMessage(302, LogLevel.Warning, "History could not be read")]
    public static partial void HistoryUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(303, LogLevel.Error, "The chat channel's loop failed; this is a defect of the SDK")]
    public static partial void LoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(304, LogLevel.Debug, "The chat socket is opened at {Address}.")]
    public static partial void Connecting(ILogger logger, string address);

    [LoggerMessage(305, LogLevel.Debug, "The chat socket was accepted.")]
    public static partial void Accepted(ILogger logger);

    [LoggerMessage(306, LogLevel.Debug, "The chat socket could not be opened.")]
    public static partial void ConnectFailed(ILogger logger, Exception exception);

    [LoggerMessage(307, LogLevel.Debug, "What ended chat connection {Epoch}:")]
    public static partial void ConnectionError(ILogger logger, int epoch, Exception exception);

    [LoggerMessage(310, LogLevel.Debug, "Chat connection {Epoch} sends a message of {Bytes} bytes.")]
    public static partial void MessageSending(ILogger logger, int epoch, int bytes);

    [LoggerMessage(311, LogLevel.Debug, "Chat connection {Epoch} received a message of {Bytes} bytes.")]
    public static partial void MessageReceived(ILogger logger, int epoch, long bytes);

    [LoggerMessage(320, LogLevel.Trace, "Chat connection {Epoch} sends {Message}")]
    public static partial void SentPayload(ILogger logger, int epoch, string message);

    [LoggerMessage(321, LogLevel.Trace, "Chat connection {Epoch} received {Message}")]
    public static partial void ReceivedPayload(ILogger logger, int epoch, string message);
}
