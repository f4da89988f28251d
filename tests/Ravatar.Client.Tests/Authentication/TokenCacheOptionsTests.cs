using Xunit;

namespace Ravatar.Client.Tests;

public class TokenCacheOptionsTests
{
    private readonly TestCache _cache = new();
    private readonly AesProtector _protector = new();

    [Fact]
    public void What_is_missing_is_filled_in_on_a_copy()
    {
        TokenCacheOptions given = new() { Key = new byte[32], Timeout = TimeSpan.FromSeconds(7) };
        TokenCacheOptions complete = given.CompletedBy(_cache, _protector);
        Assert.Same(_cache, complete.GetCache());
        Assert.Same(_protector, complete.GetProtector());
        Assert.Equal((given.Key, given.Timeout), (complete.Key, complete.Timeout));
        Assert.Null(given.GetCache());
        Assert.Null(given.GetProtector());
    }

    [Fact]
    public void What_is_given_stays()
    {
        TokenCacheOptions complete = new TokenCacheOptions(_cache, _protector).CompletedBy(new TestCache(), new AesProtector());
        Assert.Same(_cache, complete.GetCache());
        Assert.Same(_protector, complete.GetProtector());
        complete = new TokenCacheOptions(_cache).CompletedBy(new TestCache(), _protector);
        Assert.Same(_cache, complete.GetCache());
        Assert.Same(_protector, complete.GetProtector());
    }
}
