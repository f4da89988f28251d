using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Ravatar.Client.Tests;

/// <summary>A distributed cache whose behaviour a test decides. Nothing expires by itself.</summary>
internal sealed class TestCache : IDistributedCache
{
    private int _reads;
    private int _writes;

    /// <summary>What lies in it.</summary>
    public ConcurrentDictionary<string, byte[]> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>How long the last value was to be kept.</summary>
    public TimeSpan? LastLife { get; private set; }

    /// <summary>Runs before each read and each write.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    public int Reads => Volatile.Read(ref _reads);

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>The only key in it.</summary>
    public string Key => Values.Keys.Single();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Interlocked.Increment(ref _reads);
        await Before(token);
        return Values.GetValueOrDefault(key);
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Interlocked.Increment(ref _writes);
        await Before(token);
        LastLife = options.AbsoluteExpirationRelativeToNow;
        Values[key] = value;
    }

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}
