using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Ravatar.Client;
using Ravatar.Client.Tests;

// Arguments: the service's address, the cache's folder, the user. For each line of input it reads the configuration and says so.
ServiceCollection services = new();
services.AddSingleton<IDistributedCache>(new FolderCache(args[1]));
services.AddSingleton<ITokenProtector>(new AesProtector());
services.AddRavatarClientFactory(options =>
    (options.BaseAddress, options.TokenCache) = (new Uri(args[0]), new TokenCacheOptions { Key = new byte[32] })
);
await using ServiceProvider provider = services.BuildServiceProvider();
await using RavatarClient client = provider.GetRequiredService<IRavatarClientFactory>().Create(args[2]);
Console.Error.WriteLine("ready");
while (await Console.In.ReadLineAsync() is not null)
{
    ChatConfiguration configuration = await client.GetConfigurationAsync();
    Console.WriteLine($"{configuration.Avatars.Count} avatars");
}
