using System.Text.Json;
using System.Text.Json.Serialization;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Something for the page to show. None of them carries a token, but for the stream's own address in <see cref="LiveNote"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ConfigurationNote), "configuration")]
[JsonDerivedType(typeof(OpenedNote), "opened")]
[JsonDerivedType(typeof(HistoryNote), "history")]
[JsonDerivedType(typeof(AnswerNote), "answer")]
[JsonDerivedType(typeof(SettledNote), "settled")]
[JsonDerivedType(typeof(AsideNote), "aside")]
[JsonDerivedType(typeof(StateNote), "state")]
[JsonDerivedType(typeof(VoiceNote), "voice")]
[JsonDerivedType(typeof(LiveNote), "live")]
[JsonDerivedType(typeof(ErrorNote), "error")]
internal abstract record PageMessage
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

/// <summary>What there is to choose from.</summary>
internal sealed record ConfigurationNote(
    IReadOnlyList<AvatarNote> Avatars,
    IReadOnlyList<LanguageNote> Languages,
    bool VoiceModeSelector,
    bool VadEnabled,
    string? Avatar,
    string? Language,
    bool IsFake
) : PageMessage;

/// <summary>One avatar.</summary>
internal sealed record AvatarNote(string Id, string Name, string? Greeting, bool HasLiveMode, Uri? Picture, Uri? Film)
{
    public static AvatarNote Of(Avatar avatar) =>
        new(
            avatar.Id,
            avatar.Name.Length > 0 ? avatar.Name : avatar.Id,
            avatar.GreetingText,
            avatar.HasLiveMode,
            avatar.PreviewIcons.Large ?? avatar.PreviewIcons.Medium ?? avatar.PreviewIcons.Small,
            avatar.IdleVideo
        );
}

/// <summary>One language.</summary>
internal sealed record LanguageNote(string Code, string Name);

/// <summary>The chat is open.</summary>
internal sealed record OpenedNote(string Avatar, string Language) : PageMessage;

/// <summary>The end of the history.</summary>
/// <param name="Messages">The messages, oldest first.</param>
/// <param name="HasMore">Whether there are older ones.</param>
internal sealed record HistoryNote(IReadOnlyList<AnswerNote> Messages, bool HasMore) : PageMessage;

/// <summary>Something that was said.</summary>
/// <param name="Text">What was said.</param>
/// <param name="Name">Who said it; null for the user.</param>
/// <param name="Id">The service's id.</param>
/// <param name="Date">When.</param>
/// <param name="File">Audio or video to play.</param>
/// <param name="Audio">Audio that came inside the message, as Base64.</param>
/// <param name="AudioType">Its media type.</param>
/// <param name="IsRecovered">Whether it was missed while the connection was lost.</param>
internal sealed record AnswerNote(
    string Text,
    string? Name,
    string? Id,
    DateTimeOffset? Date,
    Uri? File = null,
    byte[]? Audio = null,
    string? AudioType = null,
    bool? IsRecovered = null
) : PageMessage;

/// <summary>A question has been dealt with: it was answered, sent, or nothing came of it, which an <see cref="ErrorNote"/> tells.</summary>
/// <param name="Id">The page's name for it.</param>
/// <param name="Transcript">What the user was heard to say.</param>
internal sealed record SettledNote(string Id, string? Transcript = null) : PageMessage;

/// <summary>Something worth knowing beside the conversation.</summary>
internal sealed record AsideNote(string Text) : PageMessage;

/// <summary>What the connection to the service does.</summary>
internal sealed record StateNote(ChatState State, string Text) : PageMessage
{
    [JsonConverter(typeof(JsonStringEnumConverter<ChatState>))]
    public ChatState State { get; init; } = State;
}

/// <summary>What becomes of a recording.</summary>
/// <param name="Step"><c>recording</c>, <c>sent</c>, <c>short</c>, <c>cancelled</c>, <c>listening</c> or <c>stopped</c>.</param>
/// <param name="Id">The question that was sent.</param>
/// <param name="Seconds">How long it is.</param>
internal sealed record VoiceNote(string Step, string? Id = null, double? Seconds = null) : PageMessage;

/// <summary>What the live session does.</summary>
/// <param name="Step"><c>starting</c>, <c>running</c> or <c>ended</c>.</param>
/// <param name="Url">The page to show: the one place where a token goes to the page.</param>
internal sealed record LiveNote(string Step, Uri? Url = null) : PageMessage;

/// <summary>What went wrong, as a person should read it.</summary>
/// <param name="Code">What it is, for the page.</param>
/// <param name="Title">The message.</param>
/// <param name="Text">What to do about it.</param>
/// <param name="Action">What the page offers to do: <c>start</c>, <c>live</c>, <c>restart</c>, <c>reload</c>; null for nothing.</param>
internal sealed record ErrorNote(string Code, string Title, string Text, string? Action = null) : PageMessage;
