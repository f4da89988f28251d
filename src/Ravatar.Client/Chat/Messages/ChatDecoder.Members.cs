using System.Text.Json;

namespace Ravatar.Client;

/// <content>The members of a message, whatever its kind.</content>
internal static partial class ChatDecoder
{
    private static void ReadMember(ref Utf8JsonReader reader, ref Fields f, RecentTexts recent)
    {
        Member member = Find(ref reader);
        if (member is Member.Unknown)
        {
            JsonRead.Keep(ref reader, ref f.Additional);
            return;
        }
        reader.Read();
        switch (member)
        {
            case Member.Id:
                f.Id = JsonRead.ReadStringOrNull(ref reader);
                break;
            case Member.Type:
                f.Type = StringOnly(ref reader);
                break;
            case Member.Direction:
                f.Direction = StringOnly(ref reader);
                break;
            case Member.Date:
                f.Date = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
                break;
            case Member.Timestamp:
                f.Timestamp = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
                break;
            case Member.AvatarId:
                f.AvatarId = recent.AvatarId = JsonRead.ReadStringOrNull(ref reader, recent.AvatarId);
                break;
            case Member.AvatarName:
                f.AvatarName = recent.AvatarName = JsonRead.ReadStringOrNull(ref reader, recent.AvatarName);
                break;
            case Member.UserId:
                f.UserId = recent.UserId = JsonRead.ReadStringOrNull(ref reader, recent.UserId);
                break;
            case Member.ChatType:
                f.ChatType = KnownOrNew(ref reader);
                break;
            case Member.Language:
                f.LanguageCode = recent.Language = JsonRead.ReadStringOrNull(ref reader, recent.Language);
                break;
            default:
                ReadContent(ref reader, ref f, member);
                break;
        }
    }

    /// <summary>What is said.</summary>
    private static void ReadContent(ref Utf8JsonReader reader, ref Fields f, Member member)
    {
        switch (member)
        {
            case Member.Request:
                f.Request = JsonRead.ReadStringOrNull(ref reader);
                break;
            case Member.Answer:
                f.Answer = JsonRead.ReadStringOrNull(ref reader) ?? f.Answer;
                break;
            case Member.Content:
                f.Content = JsonRead.ReadStringOrNull(ref reader) ?? f.Content;
                break;
            case Member.Message:
                f.Message = JsonRead.ReadStringOrNull(ref reader);
                break;
            case Member.FileUrl:
                f.FileUrl = JsonRead.ReadUriOrNull(ref reader);
                break;
            case Member.FileAudio:
                f.FileAudio = ReadAudio(ref reader, "file_base64_data", ref f);
                break;
            case Member.Audio:
                f.Audio = ReadAudio(ref reader, "audio_base64", ref f);
                break;
        }
    }

    // By length first: a comparison or two for nearly every member.
    private static Member Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            return FindByText(JsonRead.GetString(ref reader));
        }
        ReadOnlySpan<byte> name = reader.ValueSpan;
        return name.Length switch
        {
            3 => name.SequenceEqual("_id"u8) ? Member.Id : Member.Unknown,
            4 => name.SequenceEqual("date"u8) ? Member.Date
            : name.SequenceEqual("type"u8) ? Member.Type
            : Member.Unknown,
            6 => name.SequenceEqual("answer"u8) ? Member.Answer : Member.Unknown,
            7 => name.SequenceEqual("request"u8) ? Member.Request
            : name.SequenceEqual("user_id"u8) ? Member.UserId
            : name.SequenceEqual("fileUrl"u8) ? Member.FileUrl
            : name.SequenceEqual("content"u8) ? Member.Content
            : name.SequenceEqual("message"u8) ? Member.Message
            : Member.Unknown,
            9 => name.SequenceEqual("avatar_id"u8) ? Member.AvatarId
            : name.SequenceEqual("chat_type"u8) ? Member.ChatType
            : name.SequenceEqual("timestamp"u8) ? Member.Timestamp
            : name.SequenceEqual("direction"u8) ? Member.Direction
            : Member.Unknown,
            11 => name.SequenceEqual("avatar_name"u8) ? Member.AvatarName : Member.Unknown,
            12 => name.SequenceEqual("audio_base64"u8) ? Member.Audio : Member.Unknown,
            13 => name.SequenceEqual("language_code"u8) ? Member.Language : Member.Unknown,
            16 => name.SequenceEqual("file_base64_data"u8) ? Member.FileAudio : Member.Unknown,
            _ => Member.Unknown,
        };
    }

    private static Member FindByText(string name) =>
        name switch
        {
            "_id" => Member.Id,
            "date" => Member.Date,
            "type" => Member.Type,
            "answer" => Member.Answer,
            "request" => Member.Request,
            "user_id" => Member.UserId,
            "fileUrl" => Member.FileUrl,
            "content" => Member.Content,
            "message" => Member.Message,
            "avatar_id" => Member.AvatarId,
            "chat_type" => Member.ChatType,
            "timestamp" => Member.Timestamp,
            "direction" => Member.Direction,
            "avatar_name" => Member.AvatarName,
            "audio_base64" => Member.Audio,
            "language_code" => Member.Language,
            "file_base64_data" => Member.FileAudio,
            _ => Member.Unknown,
        };

    private static Base64Audio ReadAudio(ref Utf8JsonReader reader, string name, ref Fields f)
    {
        Utf8JsonReader asItCame = reader;
        Base64Audio audio = Base64Audio.Read(ref reader);
        if (!audio.Present && asItCame.TokenType == JsonTokenType.String && asItCame.ValueSpan.Length > 0)
        {
            // No Base64: kept, so that it is not lost without a trace.
            (f.Additional ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[name] = JsonElement.ParseValue(ref asItCame);
        }
        return audio;
    }

    private static string? StringOnly(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return JsonRead.Is(ref reader, "incoming"u8) ? "incoming" : JsonRead.GetString(ref reader);
        }
        reader.Skip();
        return null;
    }

    private static string? KnownOrNew(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && JsonRead.Is(ref reader, "text"u8) ? "text" : JsonRead.ReadStringOrNull(ref reader);

    private enum Member
    {
        Unknown,
        Id,
        Type,
        Direction,
        Date,
        Timestamp,
        AvatarId,
        AvatarName,
        UserId,
        ChatType,
        Language,
        Request,
        Answer,
        Content,
        Message,
        FileUrl,
        FileAudio,
        Audio,
    }

    private struct Fields
    {
        public string? Type;
        public string? Direction;
        public string? Id;
        public string? Request;
        public string? Answer;
        public string? Content;
        public string? Message;
        public string? AvatarId;
        public string? AvatarName;
        public string? UserId;
        public string? ChatType;
        public string? LanguageCode;
        public Uri? FileUrl;
        public Base64Audio FileAudio;
        public Base64Audio Audio;
        public DateTimeOffset? Timestamp;
        public DateTimeOffset? Date;
        public Dictionary<string, JsonElement>? Additional;
    }
}
