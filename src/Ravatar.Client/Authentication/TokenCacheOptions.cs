using Microsoft.Extensions.Caching.Distributed;

namespace Ravatar.Client;

/// <summary>
/// Where processes share their tokens, so that a fleet asks for one token per user and not for one per process. The cache is a help only: whatever goes
/// wrong with it is logged, and the token comes from <c>POST /jwt</c>.
/// </summary>
public sealed class TokenCacheOptions
{
    // No properties: configuration cannot bind them.
    private IDistributedCache? _cache;
    private ITokenProtector? _protector;

    /// <summary>
    /// The cache and the protector come from the container: its <see cref="IDistributedCache"/> and its <see cref="ITokenProtector"/>. For registered clients only.
    /// </summary>
    public TokenCacheOptions() { }

    /// <summary>This cache, whether in a container or not.</summary>
    /// <param name="cache">Redis, SQL, whatever the application runs. It stays the caller's.</param>
    /// <param name="protector">Protects the tokens. Defaults to the container's; without one <see cref="AllowPlainText"/> has to be set.</param>
    /// <exception cref="ArgumentNullException"><paramref name="cache"/> is <see langword="null"/>.</exception>
    public TokenCacheOptions(IDistributedCache cache, ITokenProtector? protector = null)
    {
        _cache = Guard.NotNull(cache);
        _protector = protector;
    }

    /// <summary>
    /// The secret from which the cache's keys are made (HMAC-SHA256 of address, user and project), so that they tell no user ids and cannot be guessed. At least
    /// 32 random bytes, the same in all processes; Base64 in configuration. Required.
    /// </summary>
    public byte[] Key { get; set; } = [];

    /// <summary>
    /// Whether tokens may lie in the cache as they are where there is no <see cref="ITokenProtector"/>. Whoever can read the cache can then speak for your users,
    /// and whoever can write to it can make you speak with a token of theirs. Defaults to <see langword="false"/>: an error instead.
    /// </summary>
    public bool AllowPlainText { get; set; }

    /// <summary>
    /// How long one read or one write may hold up a sign-in. After a time-out the cache is left alone for 30 s. Up to one minute; defaults to 2 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    internal IDistributedCache? GetCache() => _cache;

    internal ITokenProtector? GetProtector() => _protector;

    /// <summary>A copy in which nothing is missing that is given here: the options may serve other containers as well.</summary>
    internal TokenCacheOptions CompletedBy(IDistributedCache? cache, ITokenProtector? protector)
    {
        TokenCacheOptions copy = (TokenCacheOptions)MemberwiseClone();
        copy._cache ??= cache;
        copy._protector ??= protector;
        return copy;
    }

    /// <summary>A copy that no later change reaches.</summary>
    internal TokenCacheOptions Copy()
    {
        TokenCacheOptions copy = (TokenCacheOptions)MemberwiseClone();
        copy.Key = [.. Key];
        return copy;
    }
}
