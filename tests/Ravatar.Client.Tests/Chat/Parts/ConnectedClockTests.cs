using Xunit;

namespace Ravatar.Client.Tests;

public class ConnectedClockTests
{
    [Fact]
    public void Time_passes_only_while_it_runs()
    {
        ManualTimeProvider time = new();
        ConnectedClock clock = new(time);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, clock.Now);
        clock.Resume();
        time.Advance(TimeSpan.FromSeconds(2));
        clock.Resume();
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(5), clock.Now);
        clock.Pause();
        time.Advance(TimeSpan.FromSeconds(100));
        clock.Pause();
        Assert.Equal(TimeSpan.FromSeconds(5), clock.Now);
        clock.Resume();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(6), clock.Now);
    }

    [Fact]
    public void The_wall_clock_does_not_move_it()
    {
        ManualTimeProvider time = new();
        ConnectedClock clock = new(time);
        clock.Resume();
        time.ShiftWallClock(TimeSpan.FromHours(-7));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), clock.Now);
    }
}
