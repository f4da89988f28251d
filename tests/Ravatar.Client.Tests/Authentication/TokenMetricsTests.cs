using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Alone, as the counts are the process's.</summary>
[Collection<ModelCollection>]
public class TokenMetricsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _logs = new();

    [Fact]
    public async Task Tokens_are_counted_as_they_are_issued_and_refreshes_from_the_second_on()
    {
        MemoryTokens memory = new(_time);
        long issued = Telemetry.TokensIssued.Value;
        long refreshes = Telemetry.TokenRefreshes.Value;
        await using TokenSource first = Source(memory);
        AccessToken a = await first.GetAsync(default);
        Assert.Equal((1, 0), Counted());
        AccessToken b = await first.RefreshAsync(a, default);
        Assert.Equal((2, 1), Counted());
        await using TokenSource second = Source(memory);
        AccessToken shared = await second.GetAsync(default);
        Assert.Equal((b.Value, (2, 1)), (shared.Value, Counted()));
        await second.RefreshAsync(shared, default); // it replaces what others were issued
        Assert.Equal((3, 2), Counted());

        (long, long) Counted() => (Telemetry.TokensIssued.Value - issued, Telemetry.TokenRefreshes.Value - refreshes);
    }

    private TokenSource Source(MemoryTokens memory) =>
        new((_, _) => Task.FromResult(Guid.NewGuid().ToString("N")), _time, _logs.CreateLogger("test"), memory.For("user-1", null));
}
