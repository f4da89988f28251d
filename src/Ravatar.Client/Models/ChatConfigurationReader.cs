using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Reads the answer of <c>GET /connection</c>. Everything but ids and codes is optional, and of whatever type.</summary>
internal static class ChatConfigurationReader
{
    private const double DefaultTimeout = 30;
    private const double LongestSeconds = 24 * 60 * 60;
    private const double ShortestSeconds = 0.001;

    /// <summary>Reads the object that the reader is on.</summary>
    /// <exception cref="JsonException">Malformed JSON, or no object.</exception>
    public static ChatConfiguration Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonRead.Open(json);
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("It is no JSON object.");
        }
        Parts parts = new();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            ReadMember(ref reader, parts);
        }
        JsonRead.ExpectEnd(ref reader);
        return parts.Build();
    }

    private static void ReadMember(ref Utf8JsonReader reader, Parts parts)
    {
        switch (JsonRead.GetString(ref reader))
        {
            case "status":
                reader.Read();
                parts.Status = JsonRead.ReadInt32OrNull(ref reader);
                break;
            case "session":
                reader.Read();
                parts.Session = JsonRead.ReadStringOrNull(ref reader);
                break;
            case "avatars_info":
                reader.Read();
                ReadList(ref reader, parts, AvatarReader.ReadAvatarOrNull, parts.Avatars);
                break;
            case "languages":
                reader.Read();
                ReadList(ref reader, parts, AvatarReader.ReadLanguageOrNull, parts.Languages);
                break;
            case "chat_types":
                reader.Read();
                ReadChatTypes(ref reader, parts.ChatTypes);
                break;
            case "messageTimeoutSeconds":
                reader.Read();
                parts.MessageTimeout = JsonRead.ReadDoubleOrNull(ref reader);
                break;
            case "stopSpeakingTimeoutSeconds":
                reader.Read();
                parts.StopSpeakingTimeout = JsonRead.ReadDoubleOrNull(ref reader);
                break;
            case "vadEnabled":
                reader.Read();
                parts.VadEnabled = JsonRead.ReadBoolOrNull(ref reader);
                break;
            case "voiceModeSelector":
                reader.Read();
                parts.VoiceModeSelector = JsonRead.ReadBoolOrNull(ref reader);
                break;
            default:
                JsonRead.Keep(ref reader, ref parts.Unknown);
                break;
        }
    }

    private delegate T? ReadEntry<T>(ref Utf8JsonReader reader)
        where T : class;

    private static void ReadList<T>(ref Utf8JsonReader reader, Parts parts, ReadEntry<T> read, List<T> list)
        where T : class
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (read(ref reader) is { } entry)
            {
                list.Add(entry);
            }
            else
            {
                parts.Skipped++;
            }
        }
    }

    private static void ReadChatTypes(ref Utf8JsonReader reader, List<ChatType> list)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            if (JsonRead.ReadStringOrNull(ref reader) is { Length: > 0 } value)
            {
                list.Add(new ChatType(value));
            }
        }
    }

    private sealed class Parts
    {
        public int? Status;
        public string? Session;
        public readonly List<Avatar> Avatars = [];
        public readonly List<Language> Languages = [];
        public readonly List<ChatType> ChatTypes = [];
        public double? MessageTimeout;
        public double? StopSpeakingTimeout;
        public bool? VadEnabled;
        public bool? VoiceModeSelector;
        public Dictionary<string, JsonElement>? Unknown;
        public int Skipped;

        public ChatConfiguration Build() =>
            new()
            {
                Status = Status,
                Session = string.IsNullOrEmpty(Session) ? null : Session,
                Avatars = Avatars,
                Languages = Languages,
                ChatTypes = ChatTypes,
                MessageTimeout = TimeSpan.FromSeconds(
                    MessageTimeout is >= ShortestSeconds and var wait ? Math.Min(wait, LongestSeconds) : DefaultTimeout
                ),
                StopSpeakingTimeout = StopSpeakingTimeout is >= 0 and var stop
                    ? TimeSpan.FromSeconds(Math.Min(stop, LongestSeconds))
                    : null,
                VadEnabled = VadEnabled ?? false,
                VoiceModeSelector = VoiceModeSelector ?? false,
                AdditionalProperties = Unknown,
                SkippedEntries = Skipped,
            };
    }
}
