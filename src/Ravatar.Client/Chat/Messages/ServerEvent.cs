namespace Ravatar.Client;

/// <summary>An <c>event</c> message: something that happened on the server. It never answers a question.</summary>
public sealed class ServerEvent : ChatEvent
{
    internal ServerEvent() { }

    /// <summary>Its text: <c>answer</c>, else <c>content</c>; empty when there was none.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>A file that belongs to it: <c>fileUrl</c>.</summary>
    public Uri? FileUrl { get; internal init; }

    /// <summary>The message as it came (at most the first 65,536 characters): the shape of events is published nowhere.</summary>
    public string RawJson { get; internal init; } = "";

    private protected override int Estimate => 128 + (2 * (Text.Length + RawJson.Length));
}
