namespace Ravatar.Client;

/// <summary>A <c>system</c> message: something the service says about itself. It never answers a question.</summary>
public sealed class SystemEvent : ChatEvent
{
    internal SystemEvent() { }

    /// <summary>Its text: <c>content</c>, else <c>message</c>; empty when there was none.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>The message as it came (at most the first 65,536 characters).</summary>
    public string RawJson { get; internal init; } = "";

    private protected override int Estimate => 128 + (2 * (Text.Length + RawJson.Length));
}
