namespace Ravatar.Client;

/// <summary>How chat channels behave. The defaults suit a kiosk as well as a back end.</summary>
public sealed class ChatChannelOptions
{
    /// <summary>The largest message that is received, in bytes of UTF-8. A larger one is skipped. Defaults to 64 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 64 * 1024 * 1024;

    internal ChatChannelOptions Copy() => (ChatChannelOptions)MemberwiseClone();
}
