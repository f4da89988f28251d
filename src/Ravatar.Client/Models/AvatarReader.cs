using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Reads the entries of the configuration's lists. One without its identifier cannot be chosen, and is null.</summary>
internal static class AvatarReader
{
    public static Avatar? ReadAvatarOrNull(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        string? id = null;
        string? otherId = null;
        string? name = null;
        string? greeting = null;
        bool? live = null;
        PreviewIcons? icons = null;
        Uri? startIcon = null;
        Uri? idleVideo = null;
        Dictionary<string, JsonElement>? unknown = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            switch (JsonRead.GetString(ref reader))
            {
                case "_id":
                    reader.Read();
                    id = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "id":
                    reader.Read();
                    otherId = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "name":
                    reader.Read();
                    name = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "greetingText":
                    reader.Read();
                    greeting = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "hasLiveMode":
                    reader.Read();
                    live = JsonRead.ReadBoolOrNull(ref reader);
                    break;
                case "previewIcons":
                    reader.Read();
                    icons = ReadIcons(ref reader);
                    break;
                case "startButtonIcon":
                    reader.Read();
                    startIcon = JsonRead.ReadUriOrNull(ref reader);
                    break;
                case "idleVideo":
                    reader.Read();
                    idleVideo = JsonRead.ReadUriOrNull(ref reader);
                    break;
                default:
                    JsonRead.Keep(ref reader, ref unknown);
                    break;
            }
        }
        id = string.IsNullOrEmpty(id) ? otherId : id;
        return string.IsNullOrEmpty(id)
            ? null
            : new Avatar
            {
                Id = id!,
                Name = name ?? "",
                GreetingText = greeting,
                HasLiveMode = live ?? false,
                PreviewIcons = icons ?? new PreviewIcons(),
                StartButtonIcon = startIcon,
                IdleVideo = idleVideo,
                AdditionalProperties = unknown,
            };
    }

    public static Language? ReadLanguageOrNull(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        string? code = null;
        string? otherCode = null;
        string? name = null;
        Uri? icon = null;
        Dictionary<string, JsonElement>? unknown = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            switch (JsonRead.GetString(ref reader))
            {
                case "language_code":
                    reader.Read();
                    code = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "code":
                    reader.Read();
                    otherCode = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "name":
                    reader.Read();
                    name = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "icon_url":
                    reader.Read();
                    icon = JsonRead.ReadUriOrNull(ref reader);
                    break;
                default:
                    JsonRead.Keep(ref reader, ref unknown);
                    break;
            }
        }
        code = string.IsNullOrEmpty(code) ? otherCode : code;
        return string.IsNullOrEmpty(code)
            ? null
            : new Language
            {
                Code = code!,
                Name = name ?? "",
                IconUrl = icon,
                AdditionalProperties = unknown,
            };
    }

    private static PreviewIcons? ReadIcons(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        Uri? small = null;
        Uri? medium = null;
        Uri? large = null;
        Dictionary<string, JsonElement>? unknown = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            switch (JsonRead.GetString(ref reader))
            {
                case "small":
                    reader.Read();
                    small = JsonRead.ReadUriOrNull(ref reader);
                    break;
                case "medium":
                    reader.Read();
                    medium = JsonRead.ReadUriOrNull(ref reader);
                    break;
                case "large":
                    reader.Read();
                    large = JsonRead.ReadUriOrNull(ref reader);
                    break;
                default:
                    JsonRead.Keep(ref reader, ref unknown);
                    break;
            }
        }
        return new PreviewIcons
        {
            Small = small,
            Medium = medium,
            Large = large,
            AdditionalProperties = unknown,
        };
    }
}
