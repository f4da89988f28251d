using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>Reads a client's message and lists everything about it that the protocol does not allow.</summary>
internal sealed class MessageChecker(FakeRavatarServer server)
{
    private const int PcmFrameBytes = 8192;

    private static readonly string[] Texts = ["avatar_id", "user_id", "chat_type", "language", "requestType", "source"];
    private static readonly HashSet<string> Known =
    [
        .. Texts,
        "isLive",
        "session",
        "request",
        "LicenseId",
        "file_base64_data",
        "isPushToTalk",
        "audio_base64_pcm",
    ];

    /// <summary>Fills the message's members and violations; gives back its audio, if it carries any that can be decoded.</summary>
    public byte[]? Read(ReceivedMessage message, ReadOnlyMemory<byte> raw, bool isText)
    {
        var violations = new List<string>();
        if (!isText)
        {
            violations.Add("the frame is binary; messages are text frames");
        }

        byte[]? audio = null;
        using (var document = Json.ParseObject(raw))
        {
            if (document is null)
            {
                violations.Add("the frame is not exactly one JSON object");
            }
            else
            {
                Fill(message, document.RootElement);
                CheckMembers(document.RootElement, violations);
                CheckValues(message, violations);
                audio = CheckKind(message, document.RootElement, violations);
            }
        }

        message.Violations = violations;
        return audio;
    }

    private static void Fill(ReceivedMessage message, JsonElement json)
    {
        message.Request = Json.Text(json, "request");
        message.ChatType = Json.Text(json, "chat_type");
        message.RequestType = Json.Text(json, "requestType");
        message.AvatarId = Json.Text(json, "avatar_id");
        message.UserId = Json.Text(json, "user_id");
        message.Language = Json.Text(json, "language");
        message.Source = Json.Text(json, "source");
        message.Session = Json.Text(json, "session");
        message.LicenseId = Json.Text(json, "LicenseId");
        message.IsLive = Json.Flag(json, "isLive");
        message.IsPushToTalk = Json.Flag(json, "isPushToTalk");
        message.Kind =
            json.TryGetProperty("audio_base64_pcm", out _) ? FakeMessageKind.Pcm
            : json.TryGetProperty("file_base64_data", out _) ? FakeMessageKind.Voice
            : message.Request is not null ? FakeMessageKind.Text
            : FakeMessageKind.Unknown;
    }

    private static void CheckMembers(JsonElement json, List<string> violations)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var type = member.Value.ValueKind;
            if (!seen.Add(member.Name))
            {
                violations.Add($"'{member.Name}' is there twice");
            }

            if (!Known.Contains(member.Name))
            {
                violations.Add($"'{member.Name}' is not a member of any message");
            }
            else if (type == JsonValueKind.Null)
            {
                violations.Add($"'{member.Name}' is null; absent members are left out");
            }
            else if (
                member.Name is "isLive" or "isPushToTalk"
                    ? type is not (JsonValueKind.True or JsonValueKind.False)
                    : type != JsonValueKind.String
            )
            {
                violations.Add($"'{member.Name}' is a {type}");
            }
        }

        foreach (var name in Texts)
        {
            if (Json.Text(json, name) is not { Length: > 0 })
            {
                violations.Add($"'{name}' is missing or empty");
            }
        }

        if (Json.Flag(json, "isLive") is null)
        {
            violations.Add("'isLive' is missing");
        }
    }

    private void CheckValues(ReceivedMessage message, List<string> violations)
    {
        if (message.Socket.UserId is { } owner && message.UserId is { } user && owner != user)
        {
            violations.Add("'user_id' is not the user of the socket's token");
        }

        if (message.AvatarId is { } avatar && server.Configuration.Avatar(avatar) is null)
        {
            violations.Add($"'avatar_id' names no avatar of the configuration: '{avatar}'");
        }

        if (message.Language is { } language && server.Configuration.Languages.All(known => known.Code != language))
        {
            violations.Add($"'language' is not in the configuration: '{language}'");
        }

        if (server.Chat.Sessions.Judge(message.Socket.UserId, message.Session) is { } wrong)
        {
            violations.Add(wrong);
        }

        if (message.IsLive == true)
        {
            if (server.Live.Judge(message) is { } reason)
            {
                violations.Add(reason);
            }
        }
        else if (message.LicenseId is not null)
        {
            violations.Add("'LicenseId' belongs to Live Mode only");
        }
    }

    private byte[]? CheckKind(ReceivedMessage message, JsonElement json, List<string> violations)
    {
        var voice = message.Kind is FakeMessageKind.Voice or FakeMessageKind.Pcm;
        if (message.Kind == FakeMessageKind.Unknown)
        {
            violations.Add("it carries neither 'request' nor audio");
        }
        else
        {
            Expect("chat_type", message.ChatType, voice ? "voice" : "text", violations);
            Expect("requestType", message.RequestType, voice ? "audio" : "text", violations);
        }

        if (message.Kind == FakeMessageKind.Text && string.IsNullOrWhiteSpace(message.Request))
        {
            violations.Add("'request' is blank");
        }

        if (voice && json.TryGetProperty("request", out _))
        {
            violations.Add("a voice message carries no 'request'");
        }

        CheckPushToTalk(message, json, violations);
        return message.Kind switch
        {
            FakeMessageKind.Voice => CheckFile(json, violations),
            FakeMessageKind.Pcm => CheckPcm(message, json, violations),
            _ => null,
        };
    }

    private static void Expect(string name, string? value, string expected, List<string> violations)
    {
        if (value is not null && value != expected)
        {
            violations.Add($"'{name}' is '{value}' where it must be '{expected}'");
        }
    }

    private void CheckPushToTalk(ReceivedMessage message, JsonElement json, List<string> violations)
    {
        if (!json.TryGetProperty("isPushToTalk", out _))
        {
            if (message is { Kind: FakeMessageKind.Voice, IsLive: false } && server.Configuration.VadEnabled != true)
            {
                violations.Add("'isPushToTalk' is missing, though voice activity detection is off");
            }
        }
        else if (message.Kind != FakeMessageKind.Voice)
        {
            violations.Add("'isPushToTalk' belongs to recordings only");
        }
        else if (message.IsPushToTalk == false)
        {
            violations.Add("'isPushToTalk' is false; it is true or absent");
        }
    }

    private static byte[]? CheckFile(JsonElement json, List<string> violations)
    {
        var bytes = Audio(json, "file_base64_data", violations);
        if (bytes is not null && VoiceFile.Judge(bytes) is { } wrong)
        {
            violations.Add($"'file_base64_data' {wrong}");
        }

        return bytes;
    }

    private static byte[]? CheckPcm(ReceivedMessage message, JsonElement json, List<string> violations)
    {
        if (message.IsLive == false)
        {
            violations.Add("'audio_base64_pcm' belongs to Live Mode only");
        }

        if (json.TryGetProperty("file_base64_data", out _))
        {
            violations.Add("it carries both 'audio_base64_pcm' and 'file_base64_data'");
        }

        var bytes = Audio(json, "audio_base64_pcm", violations);
        if (bytes is not null && bytes.Length != PcmFrameBytes)
        {
            violations.Add($"'audio_base64_pcm' holds {bytes.Length} bytes where a frame has {PcmFrameBytes}");
        }

        return bytes;
    }

    private static byte[]? Audio(JsonElement json, string name, List<string> violations)
    {
        var text = Json.Text(json, name);
        if (text is not null && Base64Text.IsDataUrl(text))
        {
            violations.Add($"'{name}' is a data: URL; it must be bare Base64");
        }

        var bytes = Base64Text.Decode(text);
        if (bytes is null)
        {
            violations.Add($"'{name}' is not valid Base64");
        }

        return bytes;
    }
}
