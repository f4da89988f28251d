using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// An answer of the avatar: a socket message of <c>type</c> (or <c>direction</c>) <c>incoming</c>, or of none, or a recovered <c>incoming</c>
/// message of <c>GET /chat</c>.
/// </summary>
public sealed class ChatAnswer : ChatEvent
{
    private string? _text;
    private string? _transcript;

    internal ChatAnswer() { }

    /// <summary>
    /// What the avatar says: <c>answer</c>, else <c>content</c>; empty when the answer is a file or audio alone. For a voice question without
    /// the quoted transcript that the server may put in front (see <see cref="Transcript"/>).
    /// </summary>
    public string Text => _text ??= Split().Text;

    /// <summary>What the user was heard to say, where a voice answer begins with it as a quote (<c>&gt;what you said</c>, blank line, answer); else <see langword="null"/>.</summary>
    public string? Transcript
    {
        get
        {
            _text ??= Split().Text;
            return _transcript;
        }
    }

    /// <summary>The text as it came, quote included.</summary>
    public string FullText { get; internal init; } = "";

    /// <summary>The user's text that this answers, as the server repeats it: <c>request</c>. For voice it is the transcript.</summary>
    public string? Request { get; internal init; }

    /// <summary>An audio or video file of the answer: <c>fileUrl</c>.</summary>
    public Uri? FileUrl { get; internal init; }

    /// <summary>Audio that came inside the message, decoded: <c>file_base64_data</c>, else <c>audio_base64</c>; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Audio { get; internal init; }

    /// <summary>The audio's media type, where it came as a <c>data:</c> URL, for example <c>audio/mpeg</c>.</summary>
    public string? AudioMediaType { get; internal init; }

    /// <summary>The avatar that answers: <c>avatar_id</c>.</summary>
    public string? AvatarId { get; internal init; }

    /// <summary>Its display name: <c>avatar_name</c>.</summary>
    public string? AvatarName { get; internal init; }

    /// <summary>The user: <c>user_id</c>.</summary>
    public string? UserId { get; internal init; }

    /// <summary>The kind: <c>chat_type</c>.</summary>
    public ChatType? ChatType { get; internal init; }

    /// <summary>The language: <c>language_code</c>.</summary>
    public string? LanguageCode { get; internal init; }

    /// <summary>Whether this came from history, because the connection was down when the server sent it.</summary>
    public bool IsRecovered { get; internal init; }

    /// <summary>Whether this is a further message about a question that already had its answer.</summary>
    public bool IsFollowUp { get; internal set; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; internal init; }

    /// <summary>Whether the question was spoken; set before anybody sees the answer.</summary>
    internal bool IsVoice { get; set; }

    private protected override int Estimate => 256 + (2 * (FullText.Length + (Request?.Length ?? 0))) + Audio.Length;

    /// <summary>An answer as history has it.</summary>
    internal static ChatAnswer FromHistory(HistoryMessage row) =>
        new()
        {
            Id = row.Id.Length == 0 ? null : row.Id,
            Date = row.Date,
            FullText = row.Answer ?? "",
            Request = row.Request,
            FileUrl = row.FileUrl,
            AvatarId = row.AvatarId,
            AvatarName = row.AvatarName,
            UserId = row.UserId,
            ChatType = row.ChatType,
            LanguageCode = row.LanguageCode,
            AdditionalProperties = row.AdditionalProperties,
            IsRecovered = true,
        };

    private (string Text, string? Transcript) Split()
    {
        if ((IsVoice || ChatType == Client.ChatType.Voice) && FullText.Length > 0 && FullText[0] == '>')
        {
            string text = FullText.Replace("\r\n", "\n");
            int end = text.IndexOf("\n\n", StringComparison.Ordinal);
            if (end > 0)
            {
                _transcript = text.Substring(1, end - 1).Trim();
                return (text.Substring(end + 2).TrimStart('\n'), _transcript);
            }
        }
        return (FullText, null);
    }
}
