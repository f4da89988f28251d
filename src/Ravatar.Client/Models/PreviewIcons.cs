using System.Text.Json;

namespace Ravatar.Client;

/// <summary>An avatar's pictures: <c>previewIcons</c> of <c>GET /connection</c>. Each is <see langword="null"/> where the server gave none.</summary>
public sealed class PreviewIcons
{
    /// <summary>The small picture: <c>small</c>.</summary>
    public Uri? Small { get; init; }

    /// <summary>The medium picture: <c>medium</c>.</summary>
    public Uri? Medium { get; init; }

    /// <summary>The large picture: <c>large</c>.</summary>
    public Uri? Large { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
