using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Clients for many users, and registrations under names.</summary>
public class ClientFactoryTests
{
    private readonly ScriptedHandler _server = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _logs = new();

    public ClientFactoryTests() => _server.AnswerWith(TestClient.ConfigurationJson);

    [Fact]
    public async Task Each_client_signs_in_as_its_own_user()
    {
        using RavatarClientFactory factory = ByHand(o => o.ProjectId = "proj-1");
        await using RavatarClient a = factory.Create("user-a");
        await using RavatarClient b = factory.Create("user-b", o => o.ProjectId = "proj-2");
        await using RavatarClient c = factory.Create("user-c", o => o.ProjectId = null);
        foreach (RavatarClient client in (RavatarClient[])[a, b, c])
        {
            await client.GetConfigurationAsync(Token);
        }
        Assert.Equal(
            [
                """{"user_id":"user-a","project_id":"proj-1"}""",
                """{"user_id":"user-b","project_id":"proj-2"}""",
                """{"user_id":"user-c"}""",
            ],
            _server.Seen.Where(r => r.Body is not null).Select(r => r.Body)
        );
        Assert.Equal(["token-1", "token-2", "token-3"], _server.Seen.Where(r => r.Token is not null).Select(r => r.Token));
    }

    [Fact]
    public void What_one_user_changes_is_nobody_elses()
    {
        RavatarClientOptions shared = new() { Source = "shop" };
        RavatarClientOptions own = shared.For("user-a", o => (o.Source, o.Chat.ReaderEvents) = ("kiosk", 7));
        Assert.Equal(("user-a", "kiosk", 7), (own.UserId, own.Source, own.Chat.ReaderEvents));
        Assert.Equal(("", "shop", 1024), (shared.UserId, shared.Source, shared.Chat.ReaderEvents));
        RavatarUserOptions? kept = null;
        own = shared.For("user-b", o => kept = o);
        kept!.Chat.Reconnect.OpenAttempts = 9;
        Assert.Equal(3, own.Chat.Reconnect.OpenAttempts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not valid!")]
    [InlineData("line\nbreak")]
    public void A_bad_user_is_refused_before_anything_is_sent(string userId)
    {
        using RavatarClientFactory factory = ByHand();
        ArgumentException error = Assert.Throws<ArgumentException>(() => factory.Create(userId));
        Assert.Equal("userId", error.ParamName);
        Assert.Throws<ArgumentNullException>(() => factory.Create(null!));
        Assert.Empty(_server.Seen);
    }

    [Fact]
    public void What_a_user_s_own_options_break_is_named()
    {
        using RavatarClientFactory factory = ByHand();
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            factory.Create("user-a", o => (o.ProjectId, o.Source, o.Chat) = ("under_score", "", null!))
        );
        Assert.Equal("configure", error.ParamName);
        Assert.All(["ProjectId:", "Source:", "Chat:"], named => Assert.Contains(named, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_factory_has_no_user_of_its_own()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => ByHand(o => o.UserId = "user-a"));
        Assert.Contains("UserId: each client of a factory has its own", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_token_is_not_sent_again_where_its_replacement_failed()
    {
        using RavatarClientFactory factory = ByHand();
        await using RavatarClient client = factory.Create("user-a");
        await client.GetConfigurationAsync(Token);
        _server.RevokeAll();
        _server.Jwt = static (_, _) => Task.FromResult(ScriptedHandler.Json("{}", HttpStatusCode.BadRequest));
        await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        _server.Jwt = null;
        await client.GetConfigurationAsync(Token);
        Assert.Equal(["token-1", "token-1", "token-2"], _server.Seen.Where(r => r.Token is not null).Select(r => r.Token));
    }

    [Fact]
    public async Task A_client_that_is_disposed_takes_nothing_from_the_others()
    {
        RavatarClientFactory factory = ByHand();
        RavatarClient a = factory.Create("user-a");
        await using RavatarClient b = factory.Create("user-b");
        await a.GetConfigurationAsync(Token);
        await a.DisposeAsync();
        await b.GetConfigurationAsync(Token);
        factory.Dispose();
        ObjectDisposedException error = await Assert.ThrowsAsync<ObjectDisposedException>(() => b.GetConfigurationAsync(Token));
        Assert.Contains(nameof(RavatarClientFactory), error.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => factory.Create("user-c"));
        factory.Dispose();
    }

    [Fact]
    public async Task The_connections_end_with_the_factory_and_its_last_client()
    {
        RavatarClientFactory factory = new(new RavatarClientOptions(), _server, _logs, _time);
        RavatarClient a = factory.Create("user-a");
        RavatarClient b = factory.Create("user-b");
        RavatarClient c = factory.Create("user-c");
        await a.DisposeAsync();
        await b.DisposeAsync();
        await b.DisposeAsync();
        Assert.False(_server.Disposed);
        factory.Dispose();
        factory.Dispose();
        Assert.False(_server.Disposed);
        await c.DisposeAsync();
        Assert.True(_server.Disposed);
    }

    [Fact]
    public async Task And_with_the_factory_where_there_is_no_client()
    {
        RavatarClientFactory factory = new(new RavatarClientOptions(), _server, _logs, _time);
        await using (RavatarClient client = factory.Create("user-a"))
        {
            await client.GetConfigurationAsync(Token);
        }
        Assert.False(_server.Disposed);
        factory.Dispose();
        Assert.True(_server.Disposed);
    }

    [Fact]
    public void A_client_takes_less_than_five_kilobytes_before_its_first_call()
    {
        const int Users = 1000;
        using RavatarClientFactory factory = new(new RavatarClientOptions { ProjectId = "proj-1" });
        string[] ids = [.. Enumerable.Range(0, Users).Select(i => $"user-{i}")];
        RavatarClient[] clients = new RavatarClient[Users];
        factory.Create("warm-up").Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Users; i++)
        {
            clients[i] = factory.Create(ids[i]);
        }
        double each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Users;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:F0} bytes each");
        // What is allocated bounds what is kept.
        Assert.InRange(each, 100, 5 * 1024);
        GC.KeepAlive(clients);
    }

    [Fact]
    public async Task Named_clients_are_apart_and_the_default_one_stays()
    {
        ServiceCollection services = Services();
        services
            .AddRavatarClient(o => (o.UserId, o.BaseAddress) = ("user-d", new("https://d.example")))
            .ConfigurePrimaryHttpMessageHandler(Primary);
        services
            .AddRavatarClient("eu", Section("UserId", "user-eu", "BaseAddress", "https://eu.example"))
            .ConfigurePrimaryHttpMessageHandler(Primary);
        ScriptedHandler us = new();
        us.AnswerWith(TestClient.ConfigurationJson);
        services
            .AddRavatarClient("us", o => (o.UserId, o.BaseAddress) = ("user-us", new("https://us.example")))
            .ConfigurePrimaryHttpMessageHandler(() => us);
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClient eu = provider.GetRequiredKeyedService<RavatarClient>("eu");
        Assert.Same(eu, provider.GetRequiredKeyedService<RavatarClient>("eu"));
        await eu.GetConfigurationAsync(Token);
        await provider.GetRequiredKeyedService<RavatarClient>("us").GetConfigurationAsync(Token);
        await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(Token);
        Assert.Equal(["eu.example", "eu.example", "d.example", "d.example"], _server.Seen.Select(r => r.Uri.Host));
        Assert.Equal(
            ["""{"user_id":"user-eu"}""", """{"user_id":"user-d"}"""],
            _server.Seen.Where(r => r.Body is not null).Select(r => r.Body)
        );
        // It has handlers of its own, each of them once.
        Assert.Equal(["us.example", "us.example"], us.Seen.Select(r => r.Uri.Host));
        Assert.Equal("""{"user_id":"user-us"}""", us.Seen[0].Body);
    }

    [Fact]
    public async Task Factories_come_from_the_container_by_default_and_by_name()
    {
        ServiceCollection services = Services();
        services.AddRavatarClientFactory(Section("ProjectId", "proj-d")).ConfigurePrimaryHttpMessageHandler(Primary);
        services.AddRavatarClientFactory("eu", Section("BaseAddress", "https://eu.example")).ConfigurePrimaryHttpMessageHandler(Primary);
        services.AddRavatarClientFactory("us", o => o.BaseAddress = new("https://us.example")).ConfigurePrimaryHttpMessageHandler(Primary);
        services.AddRavatarClientFactory(o => o.Source = "added");
        await using ServiceProvider provider = services.BuildServiceProvider();
        IRavatarClientFactory factory = provider.GetRequiredService<IRavatarClientFactory>();
        Assert.Same(factory, provider.GetRequiredService<IRavatarClientFactory>());
        foreach (IRavatarClientFactory one in (IRavatarClientFactory[])[factory, Keyed("eu"), Keyed("us")])
        {
            await using RavatarClient client = one.Create("user-a");
            await client.GetConfigurationAsync(Token);
        }
        Assert.Equal(["chat.rvtr.ai", "eu.example", "us.example"], _server.Seen.Where(r => r.Body is not null).Select(r => r.Uri.Host));
        Assert.Equal("""{"user_id":"user-a","project_id":"proj-d"}""", _server.Seen[0].Body);

        IRavatarClientFactory Keyed(string name) => provider.GetRequiredKeyedService<IRavatarClientFactory>(name);
    }

    [Theory]
    [InlineData("Ravatar.Client.Factory")]
    [InlineData("Ravatar.Client.Factory:eu")]
    [InlineData("Ravatar.Client.FactoryFloor")]
    public async Task A_client_may_have_any_name_beside_factories(string name)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ScriptedHandler others = new();
        builder.Services.AddRavatarClientFactory(o => o.ProjectId = "proj-f").ConfigurePrimaryHttpMessageHandler(() => others);
        builder.Services.AddRavatarClientFactory("eu", o => o.ProjectId = "proj-f").ConfigurePrimaryHttpMessageHandler(() => others);
        builder.Services.AddRavatarClient(name, o => o.UserId = "user-1").ConfigurePrimaryHttpMessageHandler(Primary);
        using IHost host = builder.Build();
        await host.StartAsync(Token);
        await host.Services.GetRequiredKeyedService<RavatarClient>(name).GetConfigurationAsync(Token);
        Assert.Equal("""{"user_id":"user-1"}""", _server.Seen[0].Body);
        Assert.Equal("user-1", host.Services.GetRequiredService<IOptionsMonitor<RavatarClientOptions>>().Get(name).UserId);
        Assert.Empty(others.Seen);
    }

    [Theory]
    [InlineData("client", "UserId:")]
    [InlineData("factory", "MaxConnections:")]
    [InlineData("named factory", "MaxConnections:")]
    [InlineData("factory with a user", "UserId:")]
    public async Task Bad_options_stop_the_host_at_start(string which, string named)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        _ = which switch
        {
            "client" => builder.Services.AddRavatarClient("eu", o => o.UserId = ""),
            "factory" => builder.Services.AddRavatarClientFactory(o => o.MaxConnections = 0),
            "named factory" => builder.Services.AddRavatarClientFactory("eu", o => o.MaxConnections = 65_537),
            _ => builder.Services.AddRavatarClientFactory(o => o.UserId = "user-a"),
        };
        using IHost host = builder.Build();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_arguments_are_named()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentException>(() => services.AddRavatarClient(" ", _ => { }));
        Assert.Throws<ArgumentNullException>(() => services.AddRavatarClient("eu", (IConfiguration)null!));
        Assert.Throws<ArgumentException>(() => services.AddRavatarClientFactory("", Section()));
        Assert.Throws<ArgumentNullException>(() => services.AddRavatarClientFactory((Action<RavatarClientOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => new RavatarClientFactory(null!));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpMessageHandler Primary() => _server;

    private RavatarClientFactory ByHand(Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = new();
        configure?.Invoke(options);
        return new RavatarClientFactory(options, new HttpClient(_server), _logs, _time);
    }

    private static IConfigurationSection Section(params string[] pairs) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(pairs.Chunk(2).Select(p => KeyValuePair.Create("Ravatar:" + p[0], (string?)p[1])))
            .Build()
            .GetSection("Ravatar");

    private ServiceCollection Services()
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        return services;
    }
}
