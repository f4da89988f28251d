using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>docs/security.md</c> promises: a token is told to nobody but RAVATAR.</summary>
[Collection<ModelCollection>]
public sealed class LeakTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")] // the fake server's own, which are long
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJuIjoxfQ.c2lnbmF0dXJl-{0:00}")] // fits into a close reason
    [InlineData("s3cret+opaque/token{0:00}==")]
    public async Task No_token_is_told_anywhere(string format)
    {
        using Recording recording = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        for (int i = 0; format.Length > 0 && i < 40; i++)
        {
            server.Tokens.IssueNext(string.Format(null, format, i));
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
        Assert.Contains(recording.Told, static t => t is { Way: Way.Object, Text: "AccessToken to a debugger: [access token]" });
        AssertLogged(recording, "TokenShared", "TokenCacheNotRead", "TokenCacheNotWritten", "TokenCacheValueIgnored");
        Assert.Contains(
            recording.Told,
            static t => t.Way == Way.Log && t.Text.Contains("System.Net.Http.HttpClient", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("header line")]
    [InlineData("status line")]
    [InlineData("chunk")]
    public async Task What_the_platform_quotes_of_a_malformed_answer_is_told_by_the_platform_alone(string how)
    {
        using Recording recording = new();
        await LeakTraffic.MalformedAsync(recording, how, Token);
        IReadOnlyList<string> leaks = recording.Find([LeakTraffic.MalformedToken, LeakTraffic.MalformedToken.Split('.')[^1]]);
        // docs/security.md, "Where the reach ends", names them.
        Assert.All(
            leaks,
            static leak =>
                Assert.True(
                    leak.StartsWith("Activity: System.Net.Http System.Net.Http.HttpRequestOut ", StringComparison.Ordinal)
                        || leak.StartsWith(
                            "EventSource: Microsoft-Diagnostics-DiagnosticSource ActivityStop System.Net.Http ",
                            StringComparison.Ordinal
                        ),
                    leak
                )
        );
        AssertLogged(recording, "Ravatar.Client.Http RequestFailed", "Retrying", "ConnectFailed", "System.Net.Http.HttpClient");
    }

    [Theory]
    [InlineData(Way.Log)]
    [InlineData(Way.Activity)]
    [InlineData(Way.Metric)]
    [InlineData(Way.EventSource)]
    [InlineData(Way.Exception)]
    [InlineData(Way.Exception, true)]
    [InlineData(Way.Object)]
    [InlineData(Way.Object, true)]
    public void A_planted_leak_is_found(Way way, bool aside = false)
    {
        using Recording recording = new();
        Plant(recording, way, "wss://chat.example/ws/chat?token=the%2Btoken", aside);
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

    private static void AssertLogged(Recording recording, params string[] names) =>
        Assert.All(
            names,
            name => Assert.Contains(recording.Told, t => t.Way == Way.Log && t.Text.Contains(name, StringComparison.Ordinal))
        );

    // Aside: in an exception's data, in what a debugger shows.
    private static void Plant(Recording recording, Way way, string leak, bool aside)
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
            case Way.Exception when aside:
                recording.Keep(
                    new InvalidOperationException("outer", new InvalidOperationException("inner") { Data = { ["url"] = leak } })
                );
                break;
            case Way.Exception:
                recording.Keep(new InvalidOperationException("outer", new InvalidOperationException(leak)));
                break;
            case Way.Object when aside:
                recording.Keep(new Holder(new Held(leak)));
                break;
            case Way.Object:
                recording.Keep(new RavatarClientOptions { ChatAddress = new Uri(leak) });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "Unknown.");
        }
    }

    private sealed class Holder(Held held)
    {
        private readonly Held _held = held;

        public override string ToString() => _held.GetType().Name;
    }

    [DebuggerDisplay("{_secret,nq}")]
    private sealed class Held(string secret)
    {
        private readonly string _secret = secret;

        public override string ToString() => _secret.Length.ToString(CultureInfo.InvariantCulture);
    }
}
