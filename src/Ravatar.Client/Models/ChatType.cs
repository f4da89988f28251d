namespace Ravatar.Client;

/// <summary>
/// The kind of a message: the API's <c>chat_type</c>. An open set: values that this version does not know are kept as they came.
/// </summary>
/// <param name="Value">The API's own word, lower case: <c>text</c>, <c>voice</c>, <c>video</c>, or a newer one.</param>
public readonly record struct ChatType(string Value)
{
    /// <summary><c>text</c>: typed questions, written answers.</summary>
    public static ChatType Text { get; } = new("text");

    /// <summary><c>voice</c>: spoken questions.</summary>
    public static ChatType Voice { get; } = new("voice");

    /// <summary><c>video</c>: answers as video.</summary>
    public static ChatType Video { get; } = new("video");

    /// <summary>The API's own word.</summary>
    /// <returns><see cref="Value"/>, or an empty string for the default value.</returns>
    public override string ToString() => Value ?? "";
}
