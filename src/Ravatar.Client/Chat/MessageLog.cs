using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// Tells the log what crosses one connection: sizes at Debug, the messages themselves at Trace in a category of their own. While neither is
/// wanted it costs two questions a message, and allocates nothing.
/// </summary>
internal sealed class MessageLog(int epoch, string secret, ILogger sizes, ILogger payloads)
{
    /// <summary>A whole message, about to be written.</summary>
    public void Sending(ReadOnlySpan<byte> message)
    {
        ChatLog.MessageSending(sizes, epoch, message.Length);
        if (payloads.IsEnabled(LogLevel.Trace))
        {
            ChatLog.SentPayload(payloads, epoch, ShownMessage.From(message, secret));
        }
    }

    /// <summary>A message that came; of one over the limit only its start, and its whole length.</summary>
    public void Received(ReadOnlySpan<byte> message, long length)
    {
        ChatLog.MessageReceived(sizes, epoch, length);
        if (payloads.IsEnabled(LogLevel.Trace))
        {
            ChatLog.ReceivedPayload(payloads, epoch, ShownMessage.From(message, secret));
        }
    }
}
