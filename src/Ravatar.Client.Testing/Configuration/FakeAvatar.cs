namespace Ravatar.Client.Testing;

/// <summary>One entry of <c>avatars_info</c>. Members that are <see langword="null"/> are left out of the answer.</summary>
/// <param name="Id">The avatar's <c>_id</c>.</param>
/// <param name="Name">Its display name, <c>name</c>.</param>
public sealed record FakeAvatar(string Id, string Name)
{
    /// <summary><c>greetingText</c>. Defaults to a greeting.</summary>
    public string? GreetingText { get; init; } = "Hello! How can I help you today?";

    /// <summary><c>hasLiveMode</c>. Without it, <c>POST /startLiveSession</c> refuses the avatar. Defaults to <see langword="false"/>.</summary>
    public bool? HasLiveMode { get; init; } = false;

    /// <summary><c>previewIcons.small</c>. Defaults to a small picture that the server draws itself.</summary>
    public string? SmallIcon { get; init; } = "{base}media/avatar-small.svg";

    /// <summary><c>previewIcons.medium</c>, likewise.</summary>
    public string? MediumIcon { get; init; } = "{base}media/avatar-medium.svg";

    /// <summary><c>previewIcons.large</c>, likewise.</summary>
    public string? LargeIcon { get; init; } = "{base}media/avatar-large.svg";

    /// <summary><c>startButtonIcon</c>. In this and every other address <c>{base}</c> stands for the server's own address.</summary>
    public string? StartButtonIcon { get; init; } = "{base}media/start.svg";

    /// <summary><c>idleVideo</c>. Defaults to none: the server can draw pictures and play tones, but renders no video.</summary>
    public string? IdleVideo { get; init; }
}
