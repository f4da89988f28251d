using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Several containers on one distributed cache, as several processes would be, against a server. Real processes: FleetProcessTests.</summary>
public sealed class FleetTests : IAsyncDisposable
{
    private const string UserId = "user-123";

    private readonly TestCache _cache = new();
    private readonly List<ServiceProvider> _members = [];

    [Fact]
    public async Task A_member_that_comes_later_signs_nobody_in()
    {
        await using FakeRavatarServer server = await StartAsync();
        await Member(server).GetConfigurationAsync(Token);
        await Member(server).GetConfigurationAsync(Token);
        await Client(server).GetConfigurationAsync(Token); // not from a factory
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Equal(3, server.Received.ConnectionReads);
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task Members_that_come_together_sign_in_once_each_at_most_and_the_next_one_not_at_all()
    {
        await using FakeRavatarServer server = await StartAsync();
        RavatarClient a = Member(server);
        RavatarClient b = Member(server);
        Task[] calls;
        using (server.Script.Jwt.Hold())
        {
            calls = [a.GetConfigurationAsync(Token), a.GetHistoryPageAsync(cancellationToken: Token), b.GetConfigurationAsync(Token)];
            await server.Received.WaitForRequestsAsync("/jwt", 2, Token);
        }
        await Task.WhenAll(calls);
        await Member(server).GetConfigurationAsync(Token);
        await a.GetConfigurationAsync(Token);
        await b.GetConfigurationAsync(Token);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_for_the_fleet()
    {
        await using FakeRavatarServer server = await StartAsync();
        RavatarClient[] members = [.. Enumerable.Range(0, 5).Select(_ => Member(server))];
        await EachAsync();
        server.Tokens.RevokeAll();
        await EachAsync();
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
        Assert.Equal(5, server.Received.Requests.Count(r => r.Status == 403));

        async Task EachAsync()
        {
            foreach (RavatarClient member in members)
            {
                await member.GetConfigurationAsync(Token);
            }
        }
    }

    [Fact]
    public async Task An_old_token_that_came_back_into_the_cache_fails_no_call()
    {
        await using FakeRavatarServer server = await StartAsync();
        RavatarClient client = Member(server);
        await LeaveAnOldTokenAsync(server, client);
        await client.GetConfigurationAsync(Token);
        Assert.Equal([403, 403, 200], server.Received.Requests.Where(r => r.Path == "/connection").Select(r => r.Status!.Value));
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    [Fact]
    public async Task Nor_does_it_end_a_chat()
    {
        await using FakeRavatarServer server = await StartAsync();
        RavatarClient client = Member(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await LeaveAnOldTokenAsync(server, client);
        server.Chat.DropConnections();
        Assert.NotNull((await chat.AskAsync("Still there?", Token)).Text);
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
    }

    [Fact]
    public async Task Clients_of_one_factory_find_each_others_tokens_in_memory()
    {
        await using FakeRavatarServer server = await StartAsync();
        using RavatarClientFactory factory = new(new RavatarClientOptions { BaseAddress = server.BaseAddress });
        for (int request = 0; request < 10; request++)
        {
            await using RavatarClient client = factory.Create(UserId);
            await client.GetConfigurationAsync(Token);
        }
        await using RavatarClient elsewhere = factory.Create(UserId, o => o.ProjectId = "proj-2");
        await elsewhere.GetConfigurationAsync(Token);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clients_of_one_factory_that_come_together_sign_in_once(bool inContainer)
    {
        await using FakeRavatarServer server = await StartAsync();
        using RavatarClientFactory byHand = new(new RavatarClientOptions { BaseAddress = server.BaseAddress });
        IRavatarClientFactory factory = inContainer ? Factory(server) : byHand;
        Task[] calls;
        using (server.Script.Jwt.Hold())
        {
            calls = [.. Enumerable.Range(0, 50).Select(_ => CallAsync())];
            await server.Received.WaitForRequestsAsync("/jwt", 1, Token);
        }
        await Task.WhenAll(calls);
        Assert.Equal((1, 50), (server.Received.RequestCount("/jwt"), server.Received.ConnectionReads));
        server.Tokens.RevokeAll();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync()));
        Assert.Equal(2, server.Received.RequestCount("/jwt"));

        async Task CallAsync()
        {
            await using RavatarClient client = factory.Create(UserId);
            await client.GetConfigurationAsync(Token);
        }
    }

    [Theory]
    [InlineData("no cache", "there is no cache")]
    [InlineData("no protector", "there is no protector")]
    [InlineData("short key", "TokenCache.Key")]
    [InlineData("no key", "TokenCache.Key")]
    [InlineData("timeout", "TokenCache.Timeout")]
    public async Task A_cache_that_would_not_do_stops_the_host_at_start(string which, string named)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        if (which != "no cache")
        {
            builder.Services.AddSingleton<IDistributedCache>(_cache);
        }
        if (which != "no protector")
        {
            builder.Services.AddSingleton<ITokenProtector>(new AesProtector());
        }
        builder.Services.AddRavatarClientFactory(o =>
            o.TokenCache = new TokenCacheOptions
            {
                Key = which switch
                {
                    "no key" => null!,
                    "short key" => new byte[31],
                    _ => new byte[32],
                },
                Timeout = TimeSpan.FromSeconds(which == "timeout" ? 61 : 60),
            }
        );
        using IHost host = builder.Build();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Single(error.Failures);
    }

    [Fact]
    public void By_hand_it_is_checked_as_well()
    {
        RavatarClientOptions options = new()
        {
            UserId = UserId,
            TokenCache = new TokenCacheOptions(_cache) { Key = new byte[32] },
        };
        Assert.Contains(
            "there is no protector",
            Assert.Throws<ArgumentException>(() => new RavatarClient(options)).Message,
            StringComparison.Ordinal
        );
        options.TokenCache.AllowPlainText = true;
        new RavatarClient(options).Dispose();
        Assert.Throws<ArgumentNullException>(() => new TokenCacheOptions(null!));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProvider member in _members)
        {
            await member.DisposeAsync();
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<FakeRavatarServer> StartAsync() => FakeRavatarServer.StartAsync(cancellationToken: Token);

    /// <summary>The client holds a bad token, and the cache another bad one.</summary>
    private async Task LeaveAnOldTokenAsync(FakeRavatarServer server, RavatarClient client)
    {
        await client.GetConfigurationAsync(Token);
        byte[] old = _cache.Values[_cache.Key];
        server.Tokens.RevokeAll();
        await client.GetConfigurationAsync(Token);
        _cache.Values[_cache.Key] = old;
        server.Tokens.RevokeAll();
        server.Received.Clear();
    }

    private RavatarClient Member(FakeRavatarServer server) => Factory(server).Create(UserId);

    private IRavatarClientFactory Factory(FakeRavatarServer server) =>
        Container(server, static (services, section) => services.AddRavatarClientFactory(section))
            .GetRequiredService<IRavatarClientFactory>();

    private RavatarClient Client(FakeRavatarServer server) =>
        Container(server, static (services, section) => services.AddRavatarClient(section), ("UserId", UserId))
            .GetRequiredService<RavatarClient>();

    private ServiceProvider Container(
        FakeRavatarServer server,
        Action<IServiceCollection, IConfiguration> register,
        params (string Name, string Value)[] settings
    )
    {
        IConfiguration section = new ConfigurationBuilder()
            .AddInMemoryCollection(
                (
                    ((string Name, string Value)[])
                        [
                            ("BaseAddress", server.BaseAddress.AbsoluteUri),
                            ("TokenCache:Key", Convert.ToBase64String(new byte[32])),
                            .. settings,
                        ]
                ).Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))
            )
            .Build();
        ServiceCollection services = new();
        services.AddSingleton<IDistributedCache>(_cache);
        services.AddSingleton<ITokenProtector>(new AesProtector());
        register(services, section);
        _members.Add(services.BuildServiceProvider());
        return _members[^1];
    }
}
