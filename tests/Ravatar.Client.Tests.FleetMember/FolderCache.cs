using System.Buffers.Binary;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace Ravatar.Client.Tests;

/// <summary>A distributed cache in a folder: a file for each value, with its end in front.</summary>
internal sealed class FolderCache(string folder) : IDistributedCache
{
    private const int Head = sizeof(long);

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        string path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }
        byte[] bytes = await File.ReadAllBytesAsync(path, token);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) > TimeProvider.System.GetUtcNow().Ticks ? bytes[Head..] : null;
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        byte[] bytes = new byte[Head + value.Length];
        BinaryPrimitives.WriteInt64LittleEndian(
            bytes,
            (TimeProvider.System.GetUtcNow() + options.AbsoluteExpirationRelativeToNow!.Value).Ticks
        );
        value.CopyTo(bytes, Head);
        // Under another name first: nobody may read half of it.
        string half = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(half, bytes, token);
        File.Move(half, PathOf(key), overwrite: true);
    }

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    private string PathOf(string key) => Path.Combine(folder, Convert.ToHexString(Encoding.UTF8.GetBytes(key)));
}
