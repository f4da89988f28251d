using System.Text.Json;

namespace Ravatar.Client;

/// <summary>One avatar of <c>GET /connection</c> (<c>avatars_info</c>). Addresses may be relative to the API's base address; anything but web addresses is left out.</summary>
public sealed class Avatar
{
    /// <summary>The identifier: <c>_id</c>. Never empty.</summary>
    public string Id { get; init; } = "";

    /// <summary>The display name: <c>name</c>. Empty when the server gave none.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the avatar says first: <c>greetingText</c>.</summary>
    public string? GreetingText { get; init; }

    /// <summary>Whether it has Live Mode: <c>hasLiveMode</c>. Defaults to <see langword="false"/>.</summary>
    public bool HasLiveMode { get; init; }

    /// <summary>Its pictures: <c>previewIcons</c>.</summary>
    public PreviewIcons PreviewIcons { get; init; } = new();

    /// <summary>The picture of a start button: <c>startButtonIcon</c>.</summary>
    public Uri? StartButtonIcon { get; init; }

    /// <summary>A film of the avatar doing nothing: <c>idleVideo</c>.</summary>
    public Uri? IdleVideo { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id})";
}
