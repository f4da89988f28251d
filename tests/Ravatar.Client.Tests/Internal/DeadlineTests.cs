using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A time limit passes when it is set, and at no other time, whatever timers do.</summary>
public class DeadlineTests
{
    private readonly ManualTimeProvider _time = new();
    private int _passed;

    [Fact]
    public void It_passes_once_and_can_be_set_again()
    {
        using Deadline deadline = new(_time, () => _passed++);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, _passed);
        deadline.Set(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(0, _passed);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, _passed);
        deadline.Set(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, _passed);
    }

    [Fact]
    public void Cleared_set_to_infinite_or_disposed_it_never_passes()
    {
        Deadline deadline = new(_time, () => _passed++);
        deadline.Set(TimeSpan.FromSeconds(5));
        deadline.Clear();
        _time.Advance(TimeSpan.FromDays(1));
        deadline.Set(TimeSpan.FromSeconds(5));
        deadline.Set(Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromDays(1));
        deadline.Set(TimeSpan.FromSeconds(5));
        deadline.Dispose();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, _passed);
    }

    [Fact]
    public void A_timer_that_fires_early_does_not_make_it_pass_early_or_never()
    {
        _time.FiresEarlyBy = TimeSpan.FromMilliseconds(4);
        _time.PassesPerLook = TimeSpan.FromMicroseconds(50);
        TimeSpan passed = default;
        using Deadline deadline = new(_time, () => passed = _time.Elapsed);
        deadline.Set(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5.01));
        Assert.InRange(passed.TotalSeconds, 5, 5.002);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_timer_under_way_while_it_is_cleared_comes_to_nothing(bool setAgain)
    {
        HeldTimer time = new(_time);
        using Deadline deadline = new(time, () => _passed++);
        deadline.Set(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        deadline.Clear();
        if (setAgain)
        {
            deadline.Set(TimeSpan.FromSeconds(5));
        }
        time.Fire();
        Assert.Equal(0, _passed);
        _time.Advance(TimeSpan.FromSeconds(5));
        time.Fire();
        Assert.Equal(setAgain ? 1 : 0, _passed);
    }

    /// <summary>A timer whose callback the pool has taken, and runs when it likes.</summary>
    private sealed class HeldTimer(TimeProvider clock) : TimeProvider
    {
        private Action? _callback;

        public override long TimestampFrequency => clock.TimestampFrequency;

        public void Fire() => _callback!();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = () => callback(state);
            return clock.CreateTimer(static _ => { }, null, dueTime, period);
        }
    }
}
