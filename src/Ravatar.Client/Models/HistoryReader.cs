using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// Reads a page of <c>GET /chat</c> straight from its UTF-8. Rows repeat ids, names, codes and questions: the row before
/// lends its strings to the next.
/// </summary>
internal static class HistoryReader
{
    // The shortest row that says anything; bounds what is set aside for the rows of a page.
    private const int LikelyRowBytes = 256;

    /// <exception cref="JsonException">Malformed JSON, no object, or one without a <c>payload</c>.</exception>
    public static HistoryPage Read(ReadOnlySpan<byte> json, int page)
    {
        Utf8JsonReader reader = JsonRead.Open(json);
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("It is no JSON object.");
        }
        List<HistoryMessage>? messages = null;
        bool hasMore = false;
        int? status = null;
        Dictionary<string, JsonElement>? unknown = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (JsonRead.Is(ref reader, "payload"u8))
            {
                reader.Read();
                messages = ReadRows(ref reader, json.Length);
            }
            else if (JsonRead.Is(ref reader, "has_more_messages"u8))
            {
                reader.Read();
                hasMore = JsonRead.ReadBoolOrNull(ref reader) ?? false;
            }
            else if (JsonRead.Is(ref reader, "status"u8))
            {
                reader.Read();
                status = JsonRead.ReadInt32OrNull(ref reader);
            }
            else
            {
                JsonRead.Keep(ref reader, ref unknown);
            }
        }
        JsonRead.ExpectEnd(ref reader);
        return new HistoryPage
        {
            Page = page,
            Messages = messages ?? throw new JsonException("It has no list \"payload\"."),
            HasMore = hasMore,
            Status = status,
            AdditionalProperties = unknown,
            Bytes = json.Length,
        };
    }

    private static List<HistoryMessage>? ReadRows(ref Utf8JsonReader reader, int bytes)
    {
        if (reader.TokenType is JsonTokenType.Null)
        {
            return [];
        }
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }
        List<HistoryMessage> rows = new(Math.Min(bytes / LikelyRowBytes, 1024));
        Row row = default;
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject)
            {
                rows.Add(row.ReadNext(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }
        return rows;
    }

    /// <summary>The members of the latest row, to be lent to the next.</summary>
    private struct Row
    {
        private string? _request;
        private string? _userId;
        private string? _avatarId;
        private string? _avatarName;
        private string? _chatType;
        private string? _language;
        private string? _direction;

        public HistoryMessage ReadNext(ref Utf8JsonReader reader)
        {
            string? id = null;
            string? direction = null;
            string? userId = null;
            string? request = null;
            string? answer = null;
            string? avatarId = null;
            string? avatarName = null;
            string? chatType = null;
            string? language = null;
            DateTimeOffset? date = null;
            Uri? fileUrl = null;
            Dictionary<string, JsonElement>? unknown = null;
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                Member member = Find(ref reader);
                if (member is Member.Unknown)
                {
                    JsonRead.Keep(ref reader, ref unknown);
                    continue;
                }
                reader.Read();
                switch (member)
                {
                    case Member.Id:
                        id = JsonRead.ReadStringOrNull(ref reader);
                        break;
                    case Member.Direction:
                        direction = JsonRead.ReadStringOrNull(ref reader, Known(ref reader, _direction));
                        break;
                    case Member.UserId:
                        userId = JsonRead.ReadStringOrNull(ref reader, _userId);
                        break;
                    case Member.Request:
                        request = JsonRead.ReadStringOrNull(ref reader, _request);
                        break;
                    case Member.Answer:
                        answer = JsonRead.ReadStringOrNull(ref reader);
                        break;
                    case Member.AvatarId:
                        avatarId = JsonRead.ReadStringOrNull(ref reader, _avatarId);
                        break;
                    case Member.AvatarName:
                        avatarName = JsonRead.ReadStringOrNull(ref reader, _avatarName);
                        break;
                    case Member.Date:
                        date = JsonRead.ReadUnixOrIsoDate(ref reader);
                        break;
                    case Member.ChatType:
                        chatType = JsonRead.ReadStringOrNull(ref reader, _chatType);
                        break;
                    case Member.Language:
                        language = JsonRead.ReadStringOrNull(ref reader, _language);
                        break;
                    case Member.FileUrl:
                        fileUrl = JsonRead.ReadUriOrNull(ref reader);
                        break;
                }
            }
            _request = request ?? _request;
            _userId = userId ?? _userId;
            _avatarId = avatarId ?? _avatarId;
            _avatarName = avatarName ?? _avatarName;
            _chatType = chatType ?? _chatType;
            _language = language ?? _language;
            _direction = direction ?? _direction;
            return new HistoryMessage
            {
                Id = id ?? "",
                Direction = direction is null ? default : new MessageDirection(direction),
                UserId = userId,
                Request = request,
                Answer = answer,
                AvatarId = avatarId,
                AvatarName = avatarName,
                Date = date,
                ChatType = string.IsNullOrEmpty(chatType) ? null : new ChatType(chatType!),
                LanguageCode = language,
                FileUrl = fileUrl,
                AdditionalProperties = unknown,
            };
        }

        // The two directions alternate, so that the row before is of no help.
        private static string? Known(ref Utf8JsonReader reader, string? previous) =>
            reader.TokenType is JsonTokenType.String && !reader.ValueIsEscaped
                ? reader.ValueTextEquals("incoming"u8)
                    ? "incoming"
                    : reader.ValueTextEquals("outgoing"u8)
                        ? "outgoing"
                        : previous
                : previous;
    }

    private enum Member
    {
        Unknown,
        Id,
        Direction,
        UserId,
        Request,
        Answer,
        AvatarId,
        AvatarName,
        Date,
        ChatType,
        Language,
        FileUrl,
    }

    // By length first: one comparison for nearly every member.
    private static Member Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
        {
            return FindByText(JsonRead.GetString(ref reader));
        }
        ReadOnlySpan<byte> name = reader.ValueSpan;
        return name.Length switch
        {
            2 => name.SequenceEqual("id"u8) ? Member.Id : Member.Unknown,
            3 => name.SequenceEqual("_id"u8) ? Member.Id : Member.Unknown,
            4 => name.SequenceEqual("date"u8) ? Member.Date : Member.Unknown,
            6 => name.SequenceEqual("answer"u8) ? Member.Answer : Member.Unknown,
            7 => name.SequenceEqual("request"u8) ? Member.Request
            : name.SequenceEqual("user_id"u8) ? Member.UserId
            : name.SequenceEqual("fileUrl"u8) ? Member.FileUrl
            : Member.Unknown,
            9 => name.SequenceEqual("direction"u8) ? Member.Direction
            : name.SequenceEqual("avatar_id"u8) ? Member.AvatarId
            : name.SequenceEqual("chat_type"u8) ? Member.ChatType
            : Member.Unknown,
            11 => name.SequenceEqual("avatar_name"u8) ? Member.AvatarName : Member.Unknown,
            13 => name.SequenceEqual("language_code"u8) ? Member.Language : Member.Unknown,
            _ => Member.Unknown,
        };
    }

    private static Member FindByText(string name) =>
        name switch
        {
            "_id" or "id" => Member.Id,
            "direction" => Member.Direction,
            "user_id" => Member.UserId,
            "request" => Member.Request,
            "answer" => Member.Answer,
            "avatar_id" => Member.AvatarId,
            "avatar_name" => Member.AvatarName,
            "date" => Member.Date,
            "chat_type" => Member.ChatType,
            "language_code" => Member.Language,
            "fileUrl" => Member.FileUrl,
            _ => Member.Unknown,
        };
}
