using System.Text.Json;

namespace Ravatar.Client;

/// <content>The members of a message, whatever its kind.</content>
internal static partial class ChatDecoder
{
    /// <summary>By the length of the name, which leaves a comparison or two.</summary>
    private static void ReadMember(ref Utf8JsonReader reader, ref Fields f, RecentTexts recent)
    {
        bool known = reader.ValueIsEscaped
            ? ReadShort(ref reader, ref f) || ReadMiddle(ref reader, ref f) || ReadLong(ref reader, ref f, recent)
            : reader.ValueSpan.Length switch
            {
                <= 6 => ReadShort(ref reader, ref f),
                <= 8 => ReadMiddle(ref reader, ref f) || ReadLong(ref reader, ref f, recent), // "user_id"
                _ => ReadLong(ref reader, ref f, recent),
            };
        if (!known)
        {
            JsonRead.Keep(ref reader, ref f.Additional);
        }
    }

    private static bool ReadShort(ref Utf8JsonReader reader, ref Fields f)
    {
        if (Take(ref reader, "_id"u8))
        {
            f.Id = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "date"u8))
        {
            f.Date = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
        }
        else if (Take(ref reader, "type"u8))
        {
            f.Type = StringOnly(ref reader);
        }
        else if (Take(ref reader, "answer"u8))
        {
            f.Answer = JsonRead.ReadStringOrNull(ref reader) ?? f.Answer;
        }
        else
        {
            return false;
        }
        return true;
    }

    private static bool ReadMiddle(ref Utf8JsonReader reader, ref Fields f)
    {
        if (Take(ref reader, "request"u8))
        {
            f.Request = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "content"u8))
        {
            f.Content = JsonRead.ReadStringOrNull(ref reader) ?? f.Content;
        }
        else if (Take(ref reader, "message"u8))
        {
            f.Message = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "fileUrl"u8))
        {
            f.FileUrl = JsonRead.ReadUriOrNull(ref reader);
        }
        else
        {
            return false;
        }
        return true;
    }

    private static bool ReadLong(ref Utf8JsonReader reader, ref Fields f, RecentTexts recent)
    {
        if (Take(ref reader, "avatar_id"u8))
        {
            f.AvatarId = recent.AvatarId = JsonRead.ReadStringOrNull(ref reader, recent.AvatarId);
        }
        else if (Take(ref reader, "direction"u8))
        {
            f.Direction = StringOnly(ref reader);
        }
        else if (Take(ref reader, "chat_type"u8))
        {
            f.ChatType = KnownOrNew(ref reader);
        }
        else if (Take(ref reader, "user_id"u8))
        {
            f.UserId = recent.UserId = JsonRead.ReadStringOrNull(ref reader, recent.UserId);
        }
        else if (Take(ref reader, "avatar_name"u8))
        {
            f.AvatarName = recent.AvatarName = JsonRead.ReadStringOrNull(ref reader, recent.AvatarName);
        }
        else if (Take(ref reader, "language_code"u8))
        {
            f.LanguageCode = recent.Language = JsonRead.ReadStringOrNull(ref reader, recent.Language);
        }
        else if (Take(ref reader, "timestamp"u8))
        {
            f.Timestamp = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
        }
        else if (Take(ref reader, "file_base64_data"u8))
        {
            f.FileAudio = ReadAudio(ref reader, "file_base64_data", ref f);
        }
        else if (Take(ref reader, "audio_base64"u8))
        {
            f.Audio = ReadAudio(ref reader, "audio_base64", ref f);
        }
        else
        {
            return false;
        }
        return true;
    }

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

    /// <summary>If the reader is on this member's name, moves on to its value.</summary>
    private static bool Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => JsonRead.Is(ref reader, name) && reader.Read();

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
