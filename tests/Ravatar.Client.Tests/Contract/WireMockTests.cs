using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>
/// A contract test: the SDK through its public surface against stubs of the real WireMock. Each case has a path of its own in front of the
/// endpoints (the SDK keeps a base address's path), so that cases do not meet; the guide's own examples are at the root.
/// </summary>
[Collection(WireMockCollection.Name)]
public abstract class WireMockTests
{
    private readonly WireMockServer _server;

    private protected WireMockTests(WireMockFixture wireMock)
    {
        wireMock.Require();
        _server = wireMock.Server!;
    }

    /// <summary>The token of the guide's example.</summary>
    private protected const string GuideToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...";

    /// <summary>A client for one case; retries come at once.</summary>
    private protected RavatarClient Client(string @case, Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = new()
        {
            UserId = "user-12345",
            ProjectId = "proj-abc",
            BaseAddress = new Uri(_server.BaseAddress, @case),
            Retry =
            {
                MaxRetries = 2,
                BaseDelay = TimeSpan.FromMilliseconds(1),
                MaxDelay = TimeSpan.FromMilliseconds(10),
            },
        };
        configure?.Invoke(options);
        return new RavatarClient(options);
    }

    /// <summary>Calls the case's endpoint: a case about <c>/chat</c> begins with <c>chat</c>.</summary>
    private protected static Task CallAsync(RavatarClient client, string @case) =>
        @case.StartsWith("chat", StringComparison.Ordinal) ? client.GetHistoryPageAsync() : client.GetConfigurationAsync();

    /// <summary>What a case was asked for.</summary>
    private protected Task<IReadOnlyList<WireMockRequest>> RequestsAsync(string @case) =>
        _server.FindAsync(@case.Length == 0 ? "/[a-z]+" : $"/{@case}/.*");

    /// <summary>Checks what a case was asked for, all of it, as <c>2 POST /jwt, 3 GET /connection</c>; and that each was signed as it must be.</summary>
    private protected async Task AssertCallsAsync(string @case, string expected)
    {
        IReadOnlyList<WireMockRequest> requests = await RequestsAsync(@case);
        IEnumerable<string> counts = requests
            .GroupBy(r => r.Endpoint, StringComparer.Ordinal)
            .OrderByDescending(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Count()} {g.Key}");
        Assert.Equal(expected, string.Join(", ", counts));
        Assert.All(
            requests,
            r =>
                Assert.Equal(
                    r.Endpoint != "POST /jwt",
                    r.Headers.TryGetValue("Authorization", out string? a) && a.StartsWith("Bearer ", StringComparison.Ordinal)
                )
        );
        Assert.DoesNotContain(await _server.UnmatchedAsync(), r => r.Path.StartsWith($"/{@case}/", StringComparison.Ordinal));
    }
}
