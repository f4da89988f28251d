using System.Text.Json;

namespace Ravatar.Client;

/// <summary>What <c>POST /startLiveSession</c> and <c>POST /endLiveSession</c> take and give.</summary>
internal static class LiveBody
{
    /// <summary>Width and height are strings of integers, left out when not set.</summary>
    public static HttpContent Start(string avatarId, int? width, int? height) =>
        JsonBody.Create(writer =>
        {
            writer.WriteString("avatar_id"u8, avatarId);
            WriteNumber(writer, "width", width);
            WriteNumber(writer, "height", height);
        });

    public static HttpContent End(string licenseId) => JsonBody.Create(writer => writer.WriteString("LicenseId"u8, licenseId));

    /// <exception cref="JsonException">Malformed JSON, or no object.</exception>
    public static LiveAnswer Read(ReadOnlySpan<byte> json)
    {
        int? status = null;
        string? license = null;
        string? url = null;
        try
        {
            Read(json, ref status, ref license, ref url);
        }
        catch (JsonException) when (!string.IsNullOrWhiteSpace(license))
        {
            url = null; // whatever else is wrong with it, a session runs, and has to be ended
        }
        return new LiveAnswer(status, string.IsNullOrWhiteSpace(license) ? null : license, url);
    }

    private static void Read(ReadOnlySpan<byte> json, ref int? status, ref string? license, ref string? url)
    {
        Utf8JsonReader reader = JsonRead.Open(json);
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("It is no JSON object.");
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string name = JsonRead.GetString(ref reader);
            reader.Read();
            switch (name)
            {
                case "status":
                    status = JsonRead.ReadInt32OrNull(ref reader);
                    break;
                case "LicenseId":
                    license = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "streamingUrl":
                    url = JsonRead.ReadStringOrNull(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        JsonRead.ExpectEnd(ref reader);
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteString(name, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>The answer of <c>POST /startLiveSession</c>, as it came.</summary>
internal sealed record LiveAnswer(int? Status, string? LicenseId, string? Url);
