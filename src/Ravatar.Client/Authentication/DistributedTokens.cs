using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// Tokens in the application's distributed cache. Cache and protector are someone else's code: it runs on the thread pool, is waited for only so long, and
/// whatever it throws is told once and otherwise taken for an empty cache.
/// </summary>
/// <param name="options">Checked, and ours.</param>
/// <param name="address">The service's address: tokens of one service are never sent to another.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where failures are told.</param>
internal sealed class DistributedTokens(TokenCacheOptions options, Uri address, TimeProvider time, ILogger logger) : ITokenStores
{
    private static readonly TimeSpan RestAfterTimeout = TimeSpan.FromSeconds(30);

    private readonly IDistributedCache _cache = options.GetCache()!;
    private readonly ITokenProtector? _protector = options.GetProtector();
    private readonly object _gate = new();
    private long? _restsUntil;

    public ITokenStore For(string userId, string? projectId) => new Place(this, userId, projectId);

    /// <summary>The key of one user's token: it tells nothing to whoever does not have the secret. No part can hold a line feed.</summary>
    private string KeyOf(string userId, string? projectId)
    {
        byte[] place = Encoding.UTF8.GetBytes($"{address.AbsoluteUri.TrimEnd('/')}\n{userId}\n{projectId}");
        using HMACSHA256 hmac = new(options.Key);
        return "ravatar:token:" + Convert.ToBase64String(hmac.ComputeHash(place)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private async Task<(AccessToken Token, TimeSpan Life)?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedAsync(token => ReadOnceAsync(key, token), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.TokenCacheNotRead(logger, Describe(exception));
            return null;
        }
    }

    private async Task<(AccessToken Token, TimeSpan Life)?> ReadOnceAsync(string key, CancellationToken cancellationToken)
    {
        byte[]? value = await _cache.GetAsync(key, cancellationToken).ConfigureAwait(false);
        if (value is null)
        {
            return null;
        }
        byte[]? opened;
        try
        {
            opened = _protector is null ? value : _protector.Unprotect(value);
        }
        catch (Exception exception)
        {
            Log.TokenCacheValueIgnored(logger, Describe(exception));
            return null;
        }
        try
        {
            return SharedToken.Open(opened, key, time.GetUtcNow());
        }
        catch (FormatException exception)
        {
            Log.TokenCacheValueIgnored(logger, exception.Message); // ours, and quotes nothing
            return null;
        }
    }

    private async Task WriteAsync(string key, AccessToken token, TimeSpan life, CancellationToken cancellationToken)
    {
        TimeSpan keep = life - TokenLife.Margin(life);
        if (keep <= TimeSpan.Zero)
        {
            return;
        }
        try
        {
            await BoundedAsync(
                    async token2 =>
                    {
                        byte[] value = SharedToken.Seal(token, key, time.GetUtcNow() + life);
                        DistributedCacheEntryOptions entry = new() { AbsoluteExpirationRelativeToNow = keep };
                        await _cache
                            .SetAsync(key, _protector is null ? value : _protector.Protect(value), entry, token2)
                            .ConfigureAwait(false);
                        return true;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.TokenCacheNotWritten(logger, Describe(exception));
        }
    }

    /// <summary>Runs it elsewhere, since it may block, and gives up waiting in time. Not at all while the cache rests.</summary>
    private async Task<T?> BoundedAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Rests())
        {
            return default;
        }
        using CancellationTokenSource late = Clock.CancelAfter(time, options.Timeout);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        CancellationToken token = either.Token;
        try
        {
            return await Clock.WaitAsync(Detached.Run(() => work(token)), time, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Rest();
            throw new UnansweredException(
                $"It did not answer within {options.Timeout.TotalSeconds:0.###} s, and is left alone for {RestAfterTimeout.TotalSeconds:0} s.",
                exception
            );
        }
    }

    private bool Rests()
    {
        lock (_gate)
        {
            return time.GetTimestamp() < _restsUntil;
        }
    }

    private void Rest()
    {
        long until = time.GetTimestamp() + (long)(RestAfterTimeout.TotalSeconds * time.TimestampFrequency);
        lock (_gate)
        {
            _restsUntil = until;
        }
    }

    // Others' exceptions may quote what they were given, in any guise: only their types are told.
    private static string Describe(Exception exception)
    {
        if (exception is UnansweredException)
        {
            return exception.Message;
        }
        string type = exception.GetType().Name;
        string cause = exception.GetBaseException().GetType().Name;
        return cause == type ? $"({type})" : $"({type}, {cause})";
    }

    private sealed class UnansweredException(string message, Exception cause) : Exception(message, cause);

    private sealed class Place(DistributedTokens tokens, string userId, string? projectId) : ITokenStore
    {
        private string? _key;

        private string Key => _key ??= tokens.KeyOf(userId, projectId);

        public Task<(AccessToken Token, TimeSpan Life)?> ReadAsync(CancellationToken cancellationToken) =>
            tokens.ReadAsync(Key, cancellationToken);

        public Task WriteAsync(AccessToken token, TimeSpan life, CancellationToken cancellationToken) =>
            tokens.WriteAsync(Key, token, life, cancellationToken);
    }
}
