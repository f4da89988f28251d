namespace Ravatar.Client;

/// <summary>How a chat channel ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The same in a sentence.</param>
/// <param name="CloseCode">The WebSocket close code (RFC 6455 section 7.4) of the last connection, where the server sent one.</param>
/// <param name="CloseText">The text beside it, if there was any.</param>
/// <param name="Exception">The failure behind it; <see langword="null"/> when it was closed on this side.</param>
public sealed record ChatEnd(
    ChatEndReason Reason,
    string Message,
    int? CloseCode = null,
    string? CloseText = null,
    Exception? Exception = null
);
