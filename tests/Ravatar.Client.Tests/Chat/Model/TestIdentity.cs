namespace Ravatar.Client.Tests;

/// <summary>Who chats in tests, where it does not matter who.</summary>
internal static class TestIdentity
{
    public static ChatIdentity With(string avatarId = "avatar-1") =>
        new()
        {
            UserId = "user-1",
            AvatarId = avatarId,
            Language = "en",
            Source = "tests",
            Session = static () => "session-1",
        };
}
