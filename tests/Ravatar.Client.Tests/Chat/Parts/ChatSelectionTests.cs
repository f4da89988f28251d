using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Avatar and language come from the configuration, or a clear error does.</summary>
public class ChatSelectionTests
{
    private static readonly ChatConfiguration Listed = new()
    {
        Avatars = [new Avatar { Id = "avatar-1" }, new Avatar { Id = "avatar-2" }],
        Languages = [new Language { Code = "en" }, new Language { Code = "de" }],
    };

    [Fact]
    public void What_is_left_out_is_the_first_that_is_listed()
    {
        ChatIdentity chosen = Choose(new(), Listed);
        Assert.Equal(("avatar-1", "en"), (chosen.AvatarId, chosen.Language));
        Assert.Equal(("user-1", "tests", "session-1"), (chosen.UserId, chosen.Source, chosen.Session()));
    }

    [Fact]
    public void What_is_listed_is_taken()
    {
        ChatIdentity chosen = Choose(new() { AvatarId = "avatar-2", Language = "de" }, Listed);
        Assert.Equal(("avatar-2", "de"), (chosen.AvatarId, chosen.Language));
    }

    [Theory]
    [InlineData(
        "nobody",
        "en",
        "AvatarId: the configuration does not list \"nobody\". It lists: avatar-1, avatar-2. Choose one of these, or set AllowUnlisted."
    )]
    [InlineData(
        "avatar-1",
        "EN",
        "Language: the configuration does not list \"EN\". It lists: en, de. Choose one of these, or set AllowUnlisted."
    )]
    [InlineData(" ", "en", "AvatarId: it is blank. Leave it null for the configuration's first.")]
    [InlineData("avatar-1", "", "Language: it is blank. Leave it null for the configuration's first.")]
    public void What_is_not_listed_or_blank_is_refused_with_the_way_out(string avatar, string language, string problem)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            "options",
            () => Choose(new() { AvatarId = avatar, Language = language }, Listed)
        );
        Assert.StartsWith(problem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_listed_there_is_nothing_to_default_to()
    {
        ArgumentException none = Assert.Throws<ArgumentException>("options", () => Choose(new(), new()));
        Assert.StartsWith(
            "AvatarId: the configuration lists none to default to. Set it, with AllowUnlisted.",
            none.Message,
            StringComparison.Ordinal
        );
        ArgumentException unlisted = Assert.Throws<ArgumentException>("options", () => Choose(new() { AvatarId = "any" }, new()));
        Assert.Contains("It lists: none.", unlisted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_says_so_may_choose_what_is_not_listed()
    {
        ChatIdentity chosen = Choose(
            new()
            {
                AvatarId = "any",
                Language = "xx",
                AllowUnlisted = true,
            },
            new()
        );
        Assert.Equal(("any", "xx"), (chosen.AvatarId, chosen.Language));
    }

    private static ChatIdentity Choose(ChatOptions options, ChatConfiguration configuration) =>
        ChatSelection.Choose(options, configuration, "user-1", "tests", static () => "session-1");
}
