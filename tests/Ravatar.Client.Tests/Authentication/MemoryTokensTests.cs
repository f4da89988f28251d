using Xunit;

namespace Ravatar.Client.Tests;

public class MemoryTokensTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Tokens_lie_apart_by_user_and_project()
    {
        MemoryTokens tokens = new(_time);
        await WriteAsync(tokens, "a", null);
        await WriteAsync(tokens, "a", "p");
        await WriteAsync(tokens, "b", "p");
        Assert.Equal("token of a in ", await ReadAsync(tokens, "a", null));
        Assert.Equal("token of a in p", await ReadAsync(tokens, "a", "p"));
        Assert.Equal("token of b in p", await ReadAsync(tokens, "b", "p"));
        Assert.Null(await ReadAsync(tokens, "b", null));
    }

    [Fact]
    public async Task A_token_that_is_due_is_gone()
    {
        MemoryTokens tokens = new(_time);
        await WriteAsync(tokens, "a", null, TimeSpan.FromSeconds(100));
        _time.Advance(TimeSpan.FromSeconds(89));
        Assert.NotNull(await ReadAsync(tokens, "a", null));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await ReadAsync(tokens, "a", null));
        Assert.Equal(0, tokens.Count);
    }

    [Fact]
    public async Task Beyond_the_capacity_the_oldest_go()
    {
        MemoryTokens tokens = new(_time, capacity: 3);
        foreach (string user in (string[])["a", "b", "c", "a", "a", "d"])
        {
            await WriteAsync(tokens, user, null);
        }
        Assert.Equal(3, tokens.Count);
        Assert.Null(await ReadAsync(tokens, "b", null));
        Assert.NotNull(await ReadAsync(tokens, "a", null));
    }

    [Fact]
    public async Task What_is_found_here_counts_as_shared()
    {
        MemoryTokens tokens = new(_time);
        await WriteAsync(tokens, "a", null);
        Assert.True((await tokens.For("a", null).ReadAsync(default))!.Value.Token.IsShared);
    }

    private static async Task<string?> ReadAsync(MemoryTokens tokens, string user, string? project) =>
        (await tokens.For(user, project).ReadAsync(default))?.Token.Value;

    private static Task WriteAsync(MemoryTokens tokens, string user, string? project, TimeSpan? life = null) =>
        tokens.For(user, project).WriteAsync(new AccessToken($"token of {user} in {project}"), life ?? TimeSpan.FromHours(1), default);
}
