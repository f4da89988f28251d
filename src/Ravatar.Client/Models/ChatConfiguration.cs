using System.Text.Json;

namespace Ravatar.Client;

/// <summary>The answer of <c>GET /connection</c> ("Get Chat Configuration"): what there is to choose from, and how long to wait.</summary>
public sealed class ChatConfiguration
{
    /// <summary>The API's own status: <c>status</c>. Normally 200; <see langword="null"/> when the server gave none.</summary>
    public int? Status { get; init; }

    /// <summary>The session that goes into every message: <c>session</c>. <see langword="null"/> when the server gave none.</summary>
    public string? Session { get; init; }

    /// <summary>The avatars, in the server's order: <c>avatars_info</c>. Entries without an identifier are left out.</summary>
    public IReadOnlyList<Avatar> Avatars { get; init; } = [];

    /// <summary>The languages, in the server's order: <c>languages</c>. Entries without a code are left out.</summary>
    public IReadOnlyList<Language> Languages { get; init; } = [];

    /// <summary>The kinds of chat, also those that this version does not know: <c>chat_types</c>.</summary>
    public IReadOnlyList<ChatType> ChatTypes { get; init; } = [];

    /// <summary>
    /// How long to wait for an answer: <c>messageTimeoutSeconds</c>. Defaults to 30 s, as the API documents, also where the
    /// server sends no usable number; at most one day.
    /// </summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>stopSpeakingTimeoutSeconds</c>, which RAVATAR's guide shows but does not explain; the SDK does nothing with it.
    /// <see langword="null"/> when the server gave none.
    /// </summary>
    public TimeSpan? StopSpeakingTimeout { get; init; }

    /// <summary>Whether voice activity detection ends recordings, instead of push-to-talk: <c>vadEnabled</c>. Defaults to <see langword="false"/>.</summary>
    public bool VadEnabled { get; init; }

    /// <summary>Whether to show the user a selector of voice modes: <c>voiceModeSelector</c>. Defaults to <see langword="false"/>.</summary>
    public bool VoiceModeSelector { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>Entries of <c>avatars_info</c> and <c>languages</c> that had no identifier.</summary>
    internal int SkippedEntries { get; init; }
}
