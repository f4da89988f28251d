using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ReconnectPolicyTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    [InlineData(6, 16)]
    [InlineData(7, 30)]
    [InlineData(8, 30)]
    [InlineData(64, 30)]
    [InlineData(65, 30)]
    [InlineData(1_000_000, 30)]
    [InlineData(int.MaxValue, 30)]
    public void The_ceiling_doubles_up_to_the_longest_delay(int attempt, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReconnectPolicy.DelayBefore(new ReconnectOptions(), attempt, 1));
    }

    [Fact]
    public void The_delay_is_anywhere_below_the_ceiling()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), ReconnectPolicy.DelayBefore(new ReconnectOptions(), 5, 0.25));
        Assert.Equal(TimeSpan.FromSeconds(15), ReconnectPolicy.DelayBefore(new ReconnectOptions(), 50, 0.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void It_is_never_shorter_than_the_floor(int attempt)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), ReconnectPolicy.DelayBefore(new ReconnectOptions(), attempt, 0));
    }

    [Fact]
    public void No_ceiling_at_all_means_the_floor_however_often()
    {
        ReconnectOptions options = new() { BaseDelay = TimeSpan.Zero };
        Assert.Equal(options.MinDelay, ReconnectPolicy.DelayBefore(options, 1, 1));
        Assert.Equal(options.MinDelay, ReconnectPolicy.DelayBefore(options, int.MaxValue, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Attempts_that_do_not_exist_count_as_the_first(int attempt)
    {
        Assert.Equal(TimeSpan.FromSeconds(0.5), ReconnectPolicy.DelayBefore(new ReconnectOptions(), attempt, 1));
    }

    [Fact]
    public void Whatever_the_options_it_stays_between_floor_and_cap()
    {
        Gen<(int Attempt, double Random, int Base, int Min, int Max)> calls =
            from attempt in ArbMap.Default.GeneratorFor<int>()
            from random in Gen.Choose(0, 1000)
            from first in Gen.Choose(0, 100_000)
            from min in Gen.Choose(0, 100_000)
            from more in Gen.Choose(0, 100_000)
            select (attempt, random / 1000d, first, min, min + more);
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(
                calls.ToArbitrary(),
                c =>
                {
                    ReconnectOptions options = new()
                    {
                        BaseDelay = TimeSpan.FromMilliseconds(c.Base),
                        MinDelay = TimeSpan.FromMilliseconds(c.Min),
                        MaxDelay = TimeSpan.FromMilliseconds(c.Max),
                    };
                    TimeSpan delay = ReconnectPolicy.DelayBefore(options, c.Attempt, c.Random);
                    return delay >= options.MinDelay && delay <= options.MaxDelay;
                }
            )
        );
    }
}
