namespace Ravatar.Client;

/// <summary>Who wrote a history message: the API's <c>direction</c>. An open set.</summary>
/// <param name="Value">The API's own word: <c>incoming</c>, <c>outgoing</c>, or a newer one.</param>
public readonly record struct MessageDirection(string Value)
{
    /// <summary><c>incoming</c>: from the avatar.</summary>
    public static MessageDirection Incoming { get; } = new("incoming");

    /// <summary><c>outgoing</c>: from the user.</summary>
    public static MessageDirection Outgoing { get; } = new("outgoing");

    /// <summary>The API's own word.</summary>
    /// <returns><see cref="Value"/>, or an empty string for the default value.</returns>
    public override string ToString() => Value ?? "";
}
