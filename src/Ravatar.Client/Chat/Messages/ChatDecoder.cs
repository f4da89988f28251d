using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Reads socket messages. Together with <see cref="ChatEncoder"/> the only place that knows their wire names.</summary>
internal static partial class ChatDecoder
{
    private const int RawLimit = 65_536;

    /// <summary>One message to one event. Never throws: what cannot be understood becomes an <see cref="UnknownEvent"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="recent">The names that this connection's last messages had.</param>
    public static ChatEvent Decode(ReadOnlySpan<byte> message, RecentTexts recent)
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
                ReadMember(ref reader, ref fields, recent);
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
        foreach (string? text in (ReadOnlySpan<string?>)[error, f.Content, f.Message])
        {
            if (RavatarLiveException.Classify(text) is { } found)
            {
                received.Reported = new ReportedLiveError(found, text!);
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
}
