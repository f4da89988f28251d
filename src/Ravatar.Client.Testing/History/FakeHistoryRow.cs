using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>One message of <c>GET /chat</c>. Members that are <see langword="null"/> are left out of the answer.</summary>
public sealed record FakeHistoryRow
{
    /// <summary><c>_id</c>. Filled in when the row is appended without one.</summary>
    public string? Id { get; init; }

    /// <summary><c>direction</c>: <c>outgoing</c> from the user (the default), <c>incoming</c> from the avatar.</summary>
    public string? Direction { get; init; } = "outgoing";

    /// <summary><c>user_id</c>.</summary>
    public string? UserId { get; init; }

    /// <summary><c>request</c>: the user's text, repeated in the answer.</summary>
    public string? Request { get; init; }

    /// <summary><c>answer</c>, of incoming rows.</summary>
    public string? Answer { get; init; }

    /// <summary><c>avatar_id</c>.</summary>
    public string? AvatarId { get; init; }

    /// <summary><c>avatar_name</c>, of incoming rows.</summary>
    public string? AvatarName { get; init; }

    /// <summary><c>date</c>, Unix milliseconds by the server's clock. Filled in when the row is appended without one.</summary>
    public long? Date { get; init; }

    /// <summary><c>chat_type</c>. Defaults to <c>text</c>.</summary>
    public string? ChatType { get; init; } = "text";

    /// <summary><c>language_code</c>. Defaults to <c>en</c>.</summary>
    public string? LanguageCode { get; init; } = "en";

    /// <summary><c>fileUrl</c>.</summary>
    public string? FileUrl { get; init; }

    /// <summary>The row as it goes over the wire, instead of all of the above.</summary>
    public string? RawJson { get; init; }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        if (RawJson is not null)
        {
            writer.WriteRawValue(Encoding.UTF8.GetBytes(RawJson), skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        writer.Optional("_id", Id);
        writer.Optional("direction", Direction);
        writer.Optional("user_id", UserId);
        writer.Optional("request", Request);
        writer.Optional("answer", Answer);
        writer.Optional("avatar_id", AvatarId);
        writer.Optional("avatar_name", AvatarName);
        if (Date is { } date)
        {
            writer.WriteNumber("date", date);
        }

        writer.Optional("chat_type", ChatType);
        writer.Optional("language_code", LanguageCode);
        writer.Optional("fileUrl", FileUrl);
        writer.WriteEndObject();
    }
}
