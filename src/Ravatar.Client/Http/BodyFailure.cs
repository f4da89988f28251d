using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Whether an answer with a good status, which holds nothing else, tells of a failure.</summary>
internal static class BodyFailure
{
    /// <param name="members">What the answer holds that its reader does not know.</param>
    /// <param name="names">The members of which any tells of one where it says anything; <c>result</c> does so where it is <c>failure</c>.</param>
    public static bool IsToldBy(IReadOnlyDictionary<string, JsonElement>? members, params string[] names) =>
        members is not null
        && (
            names.Any(name => members.TryGetValue(name, out JsonElement value) && SaysAnything(value))
            || (members.TryGetValue("result", out JsonElement result) && IsFailure(result))
        );

    // By their raw text: strings that are no Unicode throw when they are read.
    private static bool SaysAnything(JsonElement value) => value.GetRawText() is not ("null" or "false" or "\"\"" or "{}" or "[]");

    private static bool IsFailure(JsonElement result) =>
        string.Equals(result.GetRawText(), "\"failure\"", StringComparison.OrdinalIgnoreCase);
}
