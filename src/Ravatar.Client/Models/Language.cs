using System.Text.Json;

namespace Ravatar.Client;

/// <summary>One language of <c>GET /connection</c> (<c>languages</c>).</summary>
public sealed class Language
{
    /// <summary>The code to send with messages, for example <c>en</c>: <c>language_code</c>. Never empty.</summary>
    public string Code { get; init; } = "";

    /// <summary>The name to show: <c>name</c>. Empty when the server gave none.</summary>
    public string Name { get; init; } = "";

    /// <summary>A flag or the like: <c>icon_url</c>.</summary>
    public Uri? IconUrl { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Code})";
}
