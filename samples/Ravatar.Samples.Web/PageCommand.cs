namespace Ravatar.Samples;

/// <summary>What the page asks for.</summary>
/// <param name="Type">What: see <see cref="PageSession"/>.</param>
/// <param name="Id">The page's own name for a question, which the messages about it repeat.</param>
/// <param name="Text">The question.</param>
/// <param name="Avatar">The avatar to talk to.</param>
/// <param name="Language">The language to talk in.</param>
/// <param name="Count">How many messages of the history to show.</param>
/// <param name="Rate">The sample rate of the audio that follows, in Hz.</param>
internal sealed record PageCommand(
    string? Type,
    string? Id = null,
    string? Text = null,
    string? Avatar = null,
    string? Language = null,
    int? Count = null,
    int? Rate = null
);
