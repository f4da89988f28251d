using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The client in a host, against a server.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task A_host_gets_its_client_from_configuration()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Tokens.Projects = ["proj-abc"];
        using IHost host = Host(
            ("Ravatar:UserId", "user-12345"),
            ("Ravatar:ProjectId", "proj-abc"),
            ("Ravatar:BaseAddress", server.BaseAddress.AbsoluteUri),
            ("Ravatar:Retry:MaxRetries", "1"),
            ("Ravatar:Retry:BaseDelay", "00:00:00.001")
        );
        await host.StartAsync();
        server.Script.Jwt.FailOnce(500);
        RavatarClient client = host.Services.GetRequiredService<RavatarClient>();
        Assert.Equal(2, (await client.GetConfigurationAsync()).Avatars.Count);
        Assert.Same(client, host.Services.GetRequiredService<RavatarClient>());
        Assert.Equal("""{"user_id":"user-12345","project_id":"proj-abc"}""", server.Received.Requests[0].Body);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_host_with_bad_options_does_not_start()
    {
        using IHost host = Host(("Ravatar:UserId", "not a user id"));
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("UserId", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_host_is_the_end_of_the_client()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client;
        using (IHost host = Host(("Ravatar:UserId", "user-12345"), ("Ravatar:BaseAddress", server.BaseAddress.AbsoluteUri)))
        {
            client = host.Services.GetRequiredService<RavatarClient>();
            await client.GetConfigurationAsync();
        }
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetConfigurationAsync());
    }

    [Fact]
    public async Task Handlers_of_ones_own_run_inside_sign_in_and_retry()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        List<string> seen = [];
        ServiceCollection services = new();
        services
            .AddRavatarClient(o => (o.UserId, o.BaseAddress) = ("user-12345", server.BaseAddress))
            .AddHttpMessageHandler(() => new Watcher(seen));
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClient client = provider.GetRequiredService<RavatarClient>();
        await client.GetConfigurationAsync();
        server.Tokens.RevokeAll();
        await client.GetConfigurationAsync();
        Assert.Equal(["/jwt", "/connection", "/connection", "/jwt", "/connection"], seen);
    }

    private static IHost Host(params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Services.AddRavatarClient(builder.Configuration.GetSection("Ravatar"));
        return builder.Build();
    }

    private sealed class Watcher(List<string> seen) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (seen)
            {
                seen.Add(request.RequestUri!.AbsolutePath);
            }
            return base.SendAsync(request, cancellationToken);
        }
    }
}
