using Xunit;

namespace Ravatar.Client.Tests;

public class ManualTimeProviderTests
{
    [Fact]
    public void Timers_fire_in_order_with_the_clock_at_their_moment()
    {
        ManualTimeProvider time = new();
        List<string> fired = [];
        using ITimer late = time.CreateTimer(
            _ => fired.Add($"late {time.Elapsed.TotalSeconds}"),
            null,
            Seconds(5),
            Timeout.InfiniteTimeSpan
        );
        using ITimer tick = time.CreateTimer(_ => fired.Add($"tick {time.Elapsed.TotalSeconds}"), null, Seconds(2), Seconds(2));
        time.Advance(Seconds(5));
        Assert.Equal(["tick 2", "tick 4", "late 5"], fired);
        Assert.Equal(Seconds(5), time.Elapsed);
    }

    [Fact]
    public async Task A_test_can_await_a_timer_and_go_to_it()
    {
        ManualTimeProvider time = new();
        Task<TimeSpan> reached = time.AdvanceToTimerAsync(Seconds(10));
        Task shortDelay = Task.Delay(Seconds(1), time, TestContext.Current.CancellationToken);
        Assert.False(reached.IsCompleted);
        Task longDelay = Task.Delay(Seconds(30), time, TestContext.Current.CancellationToken);
        Assert.Equal(Seconds(30), await reached);
        await Task.WhenAll(shortDelay, longDelay);
        Assert.Empty(time.Pending);
        Assert.Equal([Seconds(1), Seconds(30)], time.Requested);
    }

    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(value);
}
