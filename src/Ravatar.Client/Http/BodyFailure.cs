using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Whether an answer with a good status, which holds nothing else, tells of a failure.</summary>
internal static class BodyFailure
{
    /// <param name="members">What the answer holds that its reader does not know.</param>
    /// <param name="byWords">Whether a <c>message</c> tells of one too, where no <c>result</c> says <c>success</c>.</param>
    public static bool IsToldBy(IReadOnlyDictionary<string, JsonElement>? members, bool byWords) =>
        members is not null
        && (
            SaysAnything(members, "error")
            || Is(members, "result", "\"failure\"")
            || (byWords && SaysAnything(members, "message") && !Is(members, "result", "\"success\""))
        );

    private static bool SaysAnything(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement value)
        && value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.Number => !value.TryGetDouble(out double number) || number != 0,
            // By its raw text: strings that are no Unicode throw when they are read.
            JsonValueKind.String => value.GetRawText() is not "\"\"",
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            _ => true,
        };

    // By its raw text as well.
    private static bool Is(IReadOnlyDictionary<string, JsonElement> members, string name, string text) =>
        members.TryGetValue(name, out JsonElement value)
        && value.ValueKind is JsonValueKind.String
        && string.Equals(value.GetRawText(), text, StringComparison.OrdinalIgnoreCase);
}
