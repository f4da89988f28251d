using System.Net.WebSockets;

namespace Ravatar.Client;

/// <summary>How chat channels behave. The defaults suit a kiosk as well as a back end.</summary>
public sealed class ChatChannelOptions
{
    /// <summary>
    /// The largest message that is received, in bytes of UTF-8. A larger one is skipped and shows up as <see cref="UnknownEvent"/>.
    /// 1,024 to 1,073,741,824; defaults to 64 MiB.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long connecting the socket may take, the upgrade included. Defaults to 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one message may take to be written before its connection is given up. Defaults to 30 s.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many messages may wait to be written or answered, 1 to 65,536. Further sends wait for room. A message that gets no answer gives its
    /// place back after two answer time-outs. Defaults to 1,024.
    /// </summary>
    public int OutboxMessages { get; set; } = 1024;

    /// <summary>How many bytes those messages may have in all; one larger message is allowed when nothing else waits. Defaults to 64 MiB.</summary>
    public long OutboxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many events are kept for a reader that is behind. Defaults to 1,024.</summary>
    public int ReaderEvents { get; set; } = 1024;

    /// <summary>How many bytes those events may have in all. Defaults to 64 MiB.</summary>
    public long ReaderBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>What happens when a reader is further behind than that. Defaults to <see cref="SlowReaderPolicy.DropOldest"/>.</summary>
    public SlowReaderPolicy SlowReaders { get; set; } = SlowReaderPolicy.DropOldest;

    /// <summary>
    /// How long history may lag behind the socket, counted from a reconnect. A message under way that history does not show by then is taken
    /// as not received. Defaults to 5 s.
    /// </summary>
    public TimeSpan HistorySettleTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens to messages whose fate cannot be known, because history is unavailable. Defaults to <see cref="UncertainMessagePolicy.SendAgain"/>.</summary>
    public UncertainMessagePolicy UncertainMessages { get; set; } = UncertainMessagePolicy.SendAgain;

    /// <summary>How long disposing waits for messages that are not written yet. Zero to 60 s; defaults to 5 s.</summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>When a lost connection is tried again.</summary>
    public ReconnectOptions Reconnect { get; set; } = new();

    /// <summary>
    /// Changes the platform's socket options before each connection: proxy, certificates, headers. Called on the channel's own task; keep it quick.
    /// Defaults to none.
    /// </summary>
    public Action<ClientWebSocketOptions>? ConfigureWebSocket { get; set; }

    /// <summary>A copy that no later change reaches.</summary>
    internal ChatChannelOptions Copy()
    {
        ChatChannelOptions copy = (ChatChannelOptions)MemberwiseClone();
        copy.Reconnect = Reconnect.Copy();
        return copy;
    }
}
