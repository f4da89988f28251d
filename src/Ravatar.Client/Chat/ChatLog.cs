using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>What the chat channel logs. Event ids 300 to 399; never a token, never a payload.</summary>
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
}
