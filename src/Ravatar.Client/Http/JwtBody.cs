using System.Text.Json;

namespace Ravatar.Client;

/// <summary>What <c>POST /jwt</c> takes and gives.</summary>
internal static class JwtBody
{
    /// <summary><c>user_id</c> and, where there is one, <c>project_id</c>: what is not set is left out, never null.</summary>
    public static HttpContent Create(string userId, string? projectId) =>
        JsonBody.Create(writer =>
        {
            writer.WriteString("user_id"u8, userId);
            if (projectId is not null)
            {
                writer.WriteString("project_id"u8, projectId);
            }
        });

    /// <exception cref="JsonException">Malformed JSON, or no object.</exception>
    public static TokenAnswer Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonRead.Open(json);
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("It is no JSON object.");
        }
        string? result = null;
        string? jwt = null;
        string? token = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string name = JsonRead.GetString(ref reader);
            reader.Read();
            switch (name)
            {
                case "result":
                    result = JsonRead.ReadStringOrNull(ref reader);
                    break;
                case "jwt":
                    jwt = ReadText(ref reader);
                    break;
                case "token":
                    token = ReadText(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        JsonRead.ExpectEnd(ref reader);
        bool failed = string.Equals(result, "failure", StringComparison.OrdinalIgnoreCase);
        string? usable = string.IsNullOrEmpty(jwt) ? token : jwt;
        return new TokenAnswer(usable, failed, failed || string.IsNullOrEmpty(usable) ? ErrorBody.ReadMembers(json, usable) : default);
    }

    // A number or Boolean is no token.
    private static string? ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.String)
        {
            return JsonRead.GetString(ref reader);
        }
        reader.Skip();
        return null;
    }
}

/// <summary>The answer of <c>POST /jwt</c>.</summary>
internal readonly record struct TokenAnswer(string? Token, bool IsFailure, ErrorBody Error)
{
    public override string ToString() => "[token answer]";
}
