namespace Ravatar.Client;

/// <summary>A <c>connection</c> message: the server's greeting on a new socket. It proves nothing about the connection's health.</summary>
public sealed class ConnectionEvent : ChatEvent
{
    internal ConnectionEvent() { }

    /// <summary>Its text: <c>content</c>, else <c>message</c>; empty when there was none.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>The message as it came (at most the first 65,536 characters).</summary>
    public string RawJson { get; internal init; } = "";

    private protected override int Estimate => 128 + (2 * (Text.Length + RawJson.Length));
}
