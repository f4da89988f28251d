namespace Ravatar.Client.Testing;

/// <summary>One entry of <c>languages</c>.</summary>
/// <param name="Code">The <c>language_code</c>, for example <c>en</c>.</param>
/// <param name="Name">The <c>name</c>, for example <c>English</c>.</param>
/// <param name="IconUrl">The <c>icon_url</c>; <see langword="null"/> leaves it out. <c>{base}</c> stands for the server's own address.</param>
public sealed record FakeLanguage(string Code, string Name, string? IconUrl = null);
