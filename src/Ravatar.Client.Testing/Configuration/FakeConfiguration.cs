using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>
/// What <c>GET /connection</c> answers, and what messages are checked against. May be changed at any time; replace a list instead of
/// changing it in place. A member set to <see langword="null"/> is left out of the answer.
/// </summary>
public sealed class FakeConfiguration
{
    internal FakeConfiguration(int seed) => Session = $"session-{seed}";

    /// <summary><c>avatars_info</c>. Defaults to <c>avatar-id-123</c>, which has Live Mode, and <c>avatar-id-456</c>, which has not.</summary>
    public IReadOnlyList<FakeAvatar> Avatars { get; set; } =
    [new("avatar-id-123", "Assistant") { HasLiveMode = true }, new("avatar-id-456", "Concierge") { GreetingText = "Welcome!" }];

    /// <summary><c>languages</c>. Defaults to English and German.</summary>
    public IReadOnlyList<FakeLanguage> Languages { get; set; } =
    [new("en", "English", "{base}media/flag-en.svg"), new("de", "Deutsch", "{base}media/flag-de.svg")];

    /// <summary><c>chat_types</c>. Defaults to text, voice and video.</summary>
    public IReadOnlyList<string>? ChatTypes { get; set; } = ["text", "voice", "video"];

    /// <summary><c>messageTimeoutSeconds</c>. Defaults to 30.</summary>
    public double? MessageTimeoutSeconds { get; set; } = 30;

    /// <summary><c>stopSpeakingTimeoutSeconds</c>. Defaults to 10.</summary>
    public double? StopSpeakingTimeoutSeconds { get; set; } = 10;

    /// <summary><c>vadEnabled</c>. While it is not <see langword="true"/>, voice blobs must carry <c>isPushToTalk: true</c>. Defaults to <see langword="false"/>.</summary>
    public bool? VadEnabled { get; set; } = false;

    /// <summary><c>voiceModeSelector</c>. Defaults to <see langword="true"/>.</summary>
    public bool? VoiceModeSelector { get; set; } = true;

    /// <summary><c>session</c>. A user who was given one must send it with every message. Defaults to one made of the seed.</summary>
    public string? Session { get; set; }

    /// <summary>The whole answer, as it goes over the wire, instead of all of the above (which still is what messages are checked against).</summary>
    public string? RawJson { get; set; }

    internal FakeAvatar? Avatar(string? id) => Avatars.FirstOrDefault(avatar => avatar.Id == id);

    internal byte[] ToJson(Uri baseAddress) =>
        RawJson is { } raw
            ? Encoding.UTF8.GetBytes(raw)
            : Json.Object(writer =>
            {
                writer.WriteNumber("status", 200);
                writer.Optional("session", Session);
                WriteAvatars(writer, baseAddress);
                WriteLanguages(writer, baseAddress);
                WriteSettings(writer);
            });

    private void WriteAvatars(Utf8JsonWriter writer, Uri baseAddress)
    {
        writer.WriteStartArray("avatars_info");
        foreach (var avatar in Avatars)
        {
            writer.WriteStartObject();
            writer.WriteString("_id", avatar.Id);
            writer.WriteString("name", avatar.Name);
            writer.Optional("greetingText", avatar.GreetingText);
            if (avatar.HasLiveMode is { } live)
            {
                writer.WriteBoolean("hasLiveMode", live);
            }

            writer.WriteStartObject("previewIcons");
            writer.Optional("small", Resolve(avatar.SmallIcon, baseAddress));
            writer.Optional("medium", Resolve(avatar.MediumIcon, baseAddress));
            writer.Optional("large", Resolve(avatar.LargeIcon, baseAddress));
            writer.WriteEndObject();
            writer.Optional("startButtonIcon", Resolve(avatar.StartButtonIcon, baseAddress));
            writer.Optional("idleVideo", Resolve(avatar.IdleVideo, baseAddress));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteLanguages(Utf8JsonWriter writer, Uri baseAddress)
    {
        writer.WriteStartArray("languages");
        foreach (var language in Languages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", language.Name);
            writer.WriteString("language_code", language.Code);
            writer.Optional("icon_url", Resolve(language.IconUrl, baseAddress));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteSettings(Utf8JsonWriter writer)
    {
        if (ChatTypes is { } types)
        {
            writer.WriteStartArray("chat_types");
            foreach (var type in types)
            {
                writer.WriteStringValue(type);
            }

            writer.WriteEndArray();
        }

        if (MessageTimeoutSeconds is { } timeout)
        {
            writer.WriteNumber("messageTimeoutSeconds", timeout);
        }

        if (StopSpeakingTimeoutSeconds is { } stop)
        {
            writer.WriteNumber("stopSpeakingTimeoutSeconds", stop);
        }

        if (VadEnabled is { } vad)
        {
            writer.WriteBoolean("vadEnabled", vad);
        }

        if (VoiceModeSelector is { } selector)
        {
            writer.WriteBoolean("voiceModeSelector", selector);
        }
    }

    private static string? Resolve(string? address, Uri baseAddress) =>
        address?.Replace("{base}", baseAddress.AbsoluteUri, StringComparison.Ordinal);
}
