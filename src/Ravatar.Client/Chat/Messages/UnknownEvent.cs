namespace Ravatar.Client;

/// <summary>A message that this version does not understand: no JSON, a newer kind, or larger than <see cref="ChatChannelOptions.MaxMessageBytes"/>. The channel goes on.</summary>
public sealed class UnknownEvent : ChatEvent
{
    internal UnknownEvent() { }

    /// <summary>Why it was not understood, in a sentence.</summary>
    public string Problem { get; internal init; } = "";

    /// <summary>The message as it came (at most the first 65,536 characters; bytes that are no UTF-8 become U+FFFD).</summary>
    public string RawJson { get; internal init; } = "";

    /// <summary>How long the message was, in bytes.</summary>
    public long Length { get; internal init; }

    private protected override int Estimate => 128 + (2 * RawJson.Length);
}
