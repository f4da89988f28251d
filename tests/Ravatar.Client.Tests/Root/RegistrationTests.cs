using System.Net;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Ravatar.Client.Tests;

public class RegistrationTests
{
    private readonly ScriptedHandler _server = new();
    private readonly CollectingLogger _logs = new();
    private readonly ManualTimeProvider _time = new();

    public RegistrationTests() => _server.AnswerWith(TestClient.ConfigurationJson);

    [Fact]
    public async Task The_options_come_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Ravatar:UserId"] = "user-9",
                    ["Ravatar:ProjectId"] = "proj-9",
                    ["Ravatar:BaseAddress"] = "https://example.com/api",
                    ["Ravatar:RequestTimeout"] = "00:00:05",
                    ["Ravatar:Retry:MaxRetries"] = "1",
                    ["Ravatar:Retry:RetryBusy"] = "true",
                    ["Ravatar:AllowInsecureTransport"] = "true",
                }
            )
            .Build();
        ServiceCollection services = Services();
        services.AddRavatarClient(configuration.GetSection("Ravatar")).ConfigurePrimaryHttpMessageHandler(() => _server);
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClientOptions options = provider.GetRequiredService<IOptions<RavatarClientOptions>>().Value;
        Assert.Equal(TimeSpan.FromSeconds(5), options.RequestTimeout);
        Assert.Equal(1, options.Retry.MaxRetries);
        Assert.True(options.Retry.RetryBusy);
        Assert.True(options.AllowInsecureTransport);
        await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.Equal("https://example.com/api/jwt", _server.Seen[0].Uri.AbsoluteUri);
        Assert.Equal("""{"user_id":"user-9","project_id":"proj-9"}""", _server.Seen[0].Body);
    }

    [Fact]
    public async Task The_client_is_one_and_keeps_its_token_whatever_handlers_come_and_go()
    {
        await using ServiceProvider provider = Provider();
        RavatarClient client = provider.GetRequiredService<RavatarClient>();
        Assert.Same(client, provider.GetRequiredService<RavatarClient>());
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _server.Count("POST /jwt"));
    }

    [Fact]
    public async Task Sign_in_and_retry_work_and_the_callers_handlers_see_each_attempt()
    {
        int attempts = 0;
        await using ServiceProvider provider = Provider(builder =>
            builder.AddHttpMessageHandler(() => new CountingHandler(() => Interlocked.Increment(ref attempts)))
        );
        _server.AnswerInTurn(
            () => ScriptedHandler.Json("{}", HttpStatusCode.Forbidden),
            () => ScriptedHandler.Json("{}", HttpStatusCode.GatewayTimeout),
            () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        Task<ChatConfiguration> call = provider
            .GetRequiredService<RavatarClient>()
            .GetConfigurationAsync(TestContext.Current.CancellationToken);
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29), TestContext.Current.CancellationToken);
        await call;
        Assert.Equal(2, _server.Count("POST /jwt"));
        Assert.Equal(3, _server.Count("GET /connection"));
        Assert.Equal(5, attempts);
    }

    [Fact]
    public async Task The_callers_handlers_are_given_each_attempt_as_the_first()
    {
        await using ServiceProvider provider = Provider(builder => builder.AddHttpMessageHandler(static () => new ChangingHandler()));
        _server.AnswerInTurn(
            () => ScriptedHandler.Json("{}", HttpStatusCode.Forbidden),
            () => ScriptedHandler.Json("{}", HttpStatusCode.GatewayTimeout),
            () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        Task<ChatConfiguration> call = provider
            .GetRequiredService<RavatarClient>()
            .GetConfigurationAsync(TestContext.Current.CancellationToken);
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29), TestContext.Current.CancellationToken);
        await call;
        Assert.Equal(5, _server.Seen.Count);
        Assert.All(_server.Seen, seen => Assert.Equal("?key=1", seen.Uri.Query));
        Assert.All(
            _server.Seen,
            seen => Assert.Single(seen.Headers.Split('\n'), static h => h.TrimEnd().Equals("X-Key: 1", StringComparison.Ordinal))
        );
        Assert.Equal(["token-1", "token-2", "token-2"], _server.Seen.Where(static s => s.Token is not null).Select(static s => s.Token));
    }

    [Fact]
    public async Task The_callers_handlers_may_send_requests_elsewhere()
    {
        await using ServiceProvider provider = Provider(builder => builder.AddHttpMessageHandler(static () => new GatewayHandler()));
        ChatConfiguration configuration = await provider
            .GetRequiredService<RavatarClient>()
            .GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.Equal("session-1", configuration.Session);
        Assert.All(_server.Seen, static seen => Assert.Equal("gateway.internal", seen.Uri.Host));
    }

    [Theory]
    [InlineData("Retry:MaxRetries", "99")]
    [InlineData("Retry:MaxRetries", "0")]
    public async Task A_configuration_that_changes_later_changes_nothing(string name, string value)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["UserId"] = "user-1" })
            .Build();
        ServiceCollection services = Services();
        services.AddRavatarClient(configuration).ConfigurePrimaryHttpMessageHandler(() => _server);
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClient client = provider.GetRequiredService<RavatarClient>();
        configuration[name] = value;
        Record.Exception(configuration.Reload); // the platform's, where what it loads is refused
        _server.AnswerInTurn(
            () => ScriptedHandler.Json("{}", HttpStatusCode.GatewayTimeout),
            () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        Task<ChatConfiguration> call = client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        Task<TimeSpan> delay = _time.WaitForTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29), TestContext.Current.CancellationToken);
        if (await Task.WhenAny(call, delay) == delay)
        {
            _time.Advance(await delay);
        }
        Assert.Equal("session-1", (await call).Session);
    }

    [Fact]
    public async Task An_application_may_give_its_own_primary_handler_a_lifetime()
    {
        await using ServiceProvider provider = Provider(static builder => builder.SetHandlerLifetime(TimeSpan.FromMinutes(7)));
        HttpClientFactoryOptions options = provider.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get("Ravatar.Client");
        Assert.Equal(TimeSpan.FromMinutes(7), options.HandlerLifetime);
    }

    [Fact]
    public async Task Bad_options_stop_the_host_at_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRavatarClient(o => o.UserId = "not valid!");
        using IHost host = builder.Build();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );
        Assert.Contains("UserId:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_factorys_logging_shows_neither_token_nor_header()
    {
        _server.MakeToken = n => Jwts.With($$"""{"n":{{n}}}""");
        await using ServiceProvider provider = Provider();
        await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(TestContext.Current.CancellationToken);
        string token = _server.Seen[1].Token!;
        Assert.Contains("System.Net.Http.HttpClient", _logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, _logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[1], _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_shows_all_headers_does_not_show_ours()
    {
        ServiceCollection services = Services();
        services.ConfigureHttpClientDefaults(b => b.RedactLoggedHeaders(_ => false));
        services.AddRavatarClient(o => o.UserId = "user-123").ConfigurePrimaryHttpMessageHandler(() => _server);
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("token-1", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registering_twice_is_registering_once()
    {
        ServiceCollection services = Services();
        services.AddRavatarClient(o => o.UserId = "first");
        services.AddRavatarClient(o => o.UserId = "second").ConfigurePrimaryHttpMessageHandler(() => _server);
        await using ServiceProvider provider = services.BuildServiceProvider();
        _server.AnswerInTurn(
            () => ScriptedHandler.Json("{}", HttpStatusCode.Forbidden),
            () => ScriptedHandler.Json("{}", HttpStatusCode.Forbidden),
            () => throw new InvalidOperationException("A third request means two sign-in handlers.")
        );
        await Assert.ThrowsAsync<RavatarAuthenticationException>(() =>
            provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal("""{"user_id":"second"}""", _server.Seen[0].Body);
        Assert.Equal(2, _server.Count("GET /connection"));
    }

    [Fact]
    public async Task One_token_cache_option_in_two_containers_takes_each_its_own_cache()
    {
        TokenCacheOptions shared = new() { Key = new byte[32] };
        TestCache[] caches = [new(), new()];
        foreach (TestCache cache in caches)
        {
            ServiceCollection services = Services();
            services.AddSingleton<IDistributedCache>(cache).AddSingleton<ITokenProtector>(new AesProtector());
            services
                .AddRavatarClient(o => (o.UserId, o.TokenCache) = ("user-123", shared))
                .ConfigurePrimaryHttpMessageHandler(() => _server);
            await using ServiceProvider provider = services.BuildServiceProvider();
            await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal([1, 1], caches.Select(c => c.Writes));
        Assert.Null(shared.GetCache());
        Assert.Null(shared.GetProtector());
    }

    [Fact]
    public void Missing_arguments_are_named()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentNullException>(() => services.AddRavatarClient((IConfiguration)null!));
        Assert.Throws<ArgumentNullException>(() => services.AddRavatarClient((Action<RavatarClientOptions>)null!));
        Assert.Throws<ArgumentNullException>(() => RavatarServiceCollectionExtensions.AddRavatarClient(null!, _ => { }));
    }

    [Fact]
    public void A_container_may_be_disposed_either_way()
    {
        ServiceProvider provider = Provider();
        RavatarClient client = provider.GetRequiredService<RavatarClient>();
        provider.Dispose();
        Assert.Throws<ObjectDisposedException>(() => client.GetHistoryAsync(TestContext.Current.CancellationToken));
    }

    private ServiceProvider Provider(Action<IHttpClientBuilder>? configure = null)
    {
        ServiceCollection services = Services();
        IHttpClientBuilder builder = services
            .AddRavatarClient(o => o.UserId = "user-123")
            .ConfigurePrimaryHttpMessageHandler(() => _server);
        configure?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    private ServiceCollection Services()
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        return services;
    }

    /// <summary>Does what handlers do to the request they are given.</summary>
    private sealed class ChangingHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Key", "1");
            string address = request.RequestUri!.AbsoluteUri;
            request.RequestUri = new Uri(address + (address.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "key=1");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class GatewayHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Host = "gateway.internal" }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class CountingHandler(Action count) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            count();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
