using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Reads socket messages. Together with <see cref="ChatEncoder"/> the only place that knows their wire names.</summary>
internal static class ChatDecoder
{
    private const int RawLimit = 65_536;

    /// <summary>One message to one event. Never throws: what cannot be understood becomes an <see cref="UnknownEvent"/>.</summary>
    public static ChatEvent Decode(ReadOnlySpan<byte> message)
    {
        try
        {
            Utf8JsonReader reader = JsonRead.Open(message);
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Unknown(message, "The message is JSON, but no object.");
            }
            Fields fields = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader, ref fields);
            }
            while (reader.Read()) { } // what follows the object is an error too, as the reader says
            ChatEvent received = Build(in fields, message);
            received.FrameBytes = message.Length;
            if (received is not ChatAnswer) // an avatar may well say such words
            {
                FindLiveError(received, in fields);
            }
            return received;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return Unknown(message, "The message is no JSON that can be read: " + e.Message);
        }
    }

    /// <summary>A message that was not kept because it was too large.</summary>
    public static UnknownEvent TooLarge(ReadOnlySpan<byte> start, long length, int limit) =>
        new()
        {
            Problem = $"The message of {length} bytes is larger than MaxMessageBytes ({limit}); it was skipped.",
            RawJson = Text(start.Slice(0, Math.Min(start.Length, 1024))),
            Length = length,
        };

    private static void ReadMember(ref Utf8JsonReader reader, ref Fields f)
    {
        // Ordered by how often a member comes; a comparison of unequal lengths costs next to nothing.
        if (Take(ref reader, "answer"u8))
        {
            f.Answer = JsonRead.ReadStringOrNull(ref reader) ?? f.Answer;
        }
        else if (Take(ref reader, "request"u8))
        {
            f.Request = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "_id"u8))
        {
            f.Id = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "type"u8))
        {
            f.Type = StringOnly(ref reader);
        }
        else if (Take(ref reader, "direction"u8))
        {
            f.Direction = StringOnly(ref reader);
        }
        else if (Take(ref reader, "avatar_id"u8))
        {
            f.AvatarId = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "avatar_name"u8))
        {
            f.AvatarName = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "user_id"u8))
        {
            f.UserId = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "chat_type"u8))
        {
            f.ChatType = KnownOrNew(ref reader);
        }
        else if (Take(ref reader, "language_code"u8))
        {
            f.LanguageCode = JsonRead.ReadStringOrNull(ref reader);
        }
        else if (Take(ref reader, "date"u8))
        {
            f.Date = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
        }
        else if (Take(ref reader, "timestamp"u8))
        {
            f.Timestamp = JsonRead.ReadUnixOrIsoDate(ref reader, smallIsSeconds: true);
        }
        else
        {
            ReadRareMember(ref reader, ref f);
        }
    }

    private static void ReadRareMember(ref Utf8JsonReader reader, ref Fields f)
    {
        if (Take(ref reader, "content"u8))
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
            JsonRead.Keep(ref reader, ref f.Additional);
        }
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

    private static ChatEvent Build(in Fields f, ReadOnlySpan<byte> message)
    {
        string? id = string.IsNullOrEmpty(f.Id) ? null : f.Id;
        DateTimeOffset? date = f.Timestamp ?? f.Date;
        switch (FirstText(f.Type, f.Direction))
        {
            case "incoming" or null or "" when HasAnswer(in f):
                return Answer(in f, id, date);
            case "incoming" or null or "":
                return Unknown(message, "The message has no text, no file and no audio.");
            case "system":
                return new SystemEvent
                {
                    Id = id,
                    Date = date,
                    Text = FirstText(f.Content, f.Message) ?? "",
                    RawJson = Raw(message),
                };
            case "event":
                string text = FirstText(f.Answer, f.Content) ?? "";
                return new ServerEvent
                {
                    Id = id,
                    Date = date,
                    Text = text,
                    FileUrl = f.FileUrl,
                    RawJson = Raw(message),
                };
            case "connection":
                return new ConnectionEvent
                {
                    Id = id,
                    Date = date,
                    Text = FirstText(f.Content, f.Message) ?? "",
                    RawJson = Raw(message),
                };
            default:
                return Unknown(message, "The message is of a kind this version does not know.", id, date);
        }
    }

    /// <summary>Which member reports a stream error is published nowhere: any of them may.</summary>
    private static void FindLiveError(ChatEvent received, in Fields f)
    {
        string? error =
            f.Additional is not null && f.Additional.TryGetValue("error", out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        foreach (string? text in (ReadOnlySpan<string?>)[error, f.Content, f.Message, f.Answer])
        {
            if (RavatarLiveException.Classify(text) is { } found)
            {
                (received.LiveError, received.LiveErrorText) = (found, text);
                return;
            }
        }
    }

    /// <summary>An empty member says as little as a missing one.</summary>
    private static string? FirstText(string? first, string? second) => string.IsNullOrEmpty(first) ? second ?? first : first;

    private static bool HasAnswer(in Fields f) =>
        f.Answer is not null || f.Content is not null || f.FileUrl is not null || f.FileAudio.Present || f.Audio.Present;

    private static ChatAnswer Answer(in Fields f, string? id, DateTimeOffset? date)
    {
        Base64Audio audio = f.FileAudio.Present ? f.FileAudio : f.Audio;
        return new ChatAnswer
        {
            Id = id,
            Date = date,
            FullText = FirstText(f.Answer, f.Content) ?? "",
            Request = f.Request,
            FileUrl = f.FileUrl,
            Audio = audio.Data,
            AudioMediaType = audio.MediaType,
            AvatarId = string.IsNullOrEmpty(f.AvatarId) ? null : f.AvatarId,
            AvatarName = f.AvatarName,
            UserId = f.UserId,
            ChatType = string.IsNullOrEmpty(f.ChatType) ? null : new ChatType(f.ChatType!),
            LanguageCode = f.LanguageCode,
            AdditionalProperties = f.Additional,
        };
    }

    private static UnknownEvent Unknown(ReadOnlySpan<byte> message, string problem, string? id = null, DateTimeOffset? date = null) =>
        new()
        {
            Id = id,
            Date = date,
            Problem = problem,
            RawJson = Raw(message),
            Length = message.Length,
        };

    private static string Raw(ReadOnlySpan<byte> message) => Text(message.Slice(0, Math.Min(message.Length, RawLimit)));

    private static string Text(ReadOnlySpan<byte> utf8)
    {
#if NETSTANDARD2_0
        return Encoding.UTF8.GetString(utf8.ToArray());
#else
        return Encoding.UTF8.GetString(utf8);
#endif
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
