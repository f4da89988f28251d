using System.Text.Json;

namespace Ravatar.Client;

/// <summary>One message of <c>GET /chat</c>. Members the server left out are <see langword="null"/>.</summary>
public sealed class HistoryMessage
{
    /// <summary>The message's identifier: <c>_id</c>. Empty when the server gave none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Who wrote it: <c>direction</c>.</summary>
    public MessageDirection Direction { get; init; }

    /// <summary>The user: <c>user_id</c>.</summary>
    public string? UserId { get; init; }

    /// <summary>The user's text: <c>request</c>. An incoming message repeats the text it answers; take transcripts from outgoing ones only.</summary>
    public string? Request { get; init; }

    /// <summary>The avatar's text: <c>answer</c>, on incoming messages only.</summary>
    public string? Answer { get; init; }

    /// <summary>The avatar: <c>avatar_id</c>.</summary>
    public string? AvatarId { get; init; }

    /// <summary>The avatar's display name: <c>avatar_name</c>, on incoming messages only.</summary>
    public string? AvatarName { get; init; }

    /// <summary>When, by the server's clock: <c>date</c>, Unix milliseconds on the wire.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>The kind: <c>chat_type</c>.</summary>
    public ChatType? ChatType { get; init; }

    /// <summary>The language: <c>language_code</c>, for example <c>en</c>.</summary>
    public string? LanguageCode { get; init; }

    /// <summary>The audio or video file of an answer: <c>fileUrl</c>.</summary>
    public Uri? FileUrl { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
