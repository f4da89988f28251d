using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>docs/security.md</c> promises: a token is told to nobody but RAVATAR.</summary>
[Collection<ModelCollection>]
public sealed class LeakTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_token_is_told_anywhere(bool opaque)
    {
        using Recording recording = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        for (int i = 0; opaque && i < 20; i++)
        {
            server.Tokens.IssueNext($"s3cret+opaque/token{i:00}==");
        }
        await new LeakTraffic(recording, server, Token).RunAsync();
        Assert.True(server.Tokens.Issued.Count >= 5, "The traffic refreshes no token any more.");
        // A part would do for a leak: the signature tells tokens apart.
        IEnumerable<string> secrets = server.Tokens.Issued.Concat(server.Tokens.Issued.Select(static t => t.Split('.')[^1])).Distinct();
        IReadOnlyList<string> leaks = recording.Find([.. secrets, "Bearer "]);
        Assert.True(leaks.Count == 0, string.Join(Environment.NewLine, leaks.Take(10)));
        foreach (Way way in Enum.GetValues<Way>())
        {
            Assert.Contains(recording.Told, told => told.Way == way);
        }
        foreach (string source in (string[])["System.Net.Http ", "System.Net.Sockets ", "Microsoft-Extensions-Logging "])
        {
            Assert.Contains(recording.Told, t => t.Way == Way.EventSource && t.Text.StartsWith(source, StringComparison.Ordinal));
        }
        Assert.Contains(recording.Told, static t => t.Text.Contains("[token]", StringComparison.Ordinal));
        Assert.Contains(
            recording.Told,
            static t => t.Way == Way.Log && t.Text.Contains("System.Net.Http.HttpClient", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(Way.Log)]
    [InlineData(Way.Activity)]
    [InlineData(Way.Metric)]
    [InlineData(Way.EventSource)]
    [InlineData(Way.Exception)]
    [InlineData(Way.Object)]
    public void A_planted_leak_is_found(Way way)
    {
        using Recording recording = new();
        Plant(recording, way, "wss://chat.example/ws/chat?token=the%2Btoken");
        Assert.Contains(recording.Find(["the+token"]), leak => leak.StartsWith($"{way}: ", StringComparison.Ordinal));
        Assert.Empty(recording.Find(["another"]));
    }

    [Fact]
    public async Task A_leak_by_the_runtime_s_own_events_is_found()
    {
        using Recording recording = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using HttpClient http = new();
        // A path is not redacted, as a query is from .NET 9 on.
        using HttpResponseMessage response = await http.GetAsync(new Uri(server.BaseAddress, "secret-path?token=secret-query"), Token);
        Assert.Contains(
            recording.Find(["secret-path"]),
            static leak => leak.StartsWith("EventSource: System.Net.Http ", StringComparison.Ordinal)
        );
        Assert.Contains(
            recording.Find(["secret-path"]),
            static leak => leak.StartsWith("Activity: System.Net.Http ", StringComparison.Ordinal)
        );
        Assert.Empty(recording.Find(["secret-query"]));
    }

    private static void Plant(Recording recording, Way way, string leak)
    {
        switch (way)
        {
            case Way.Log:
                using (recording.Loggers.CreateLogger("Planted").BeginScope(leak)) { }
                break;
            case Way.Activity:
                using (ActivitySource source = new("Planted"))
                {
                    source.StartActivity("planted")!.SetTag("url", leak).Dispose();
                }
                break;
            case Way.Metric:
                using (Meter meter = new("Planted"))
                {
                    meter.CreateCounter<long>("planted").Add(1, new KeyValuePair<string, object?>("url", leak));
                }
                break;
            case Way.EventSource:
                using (PlantedSource source = new())
                {
                    source.Tell(leak);
                }
                break;
            case Way.Exception:
                recording.Keep(new InvalidOperationException("outer", new InvalidOperationException(leak)));
                break;
            case Way.Object:
                recording.Keep(new RavatarClientOptions { ChatAddress = new Uri(leak) });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "Unknown.");
        }
    }
}
