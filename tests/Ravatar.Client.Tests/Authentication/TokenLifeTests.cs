using Xunit;

namespace Ravatar.Client.Tests;

public class TokenLifeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 86_400, 86_400)] // clocks agree
    [InlineData(-3600, 82_800, 82_800)] // issued an hour ago, or our clock is an hour ahead
    [InlineData(3600, 90_000, 86_400)] // our clock is behind: the token lives no longer than it was given
    [InlineData(-200_000, -113_600, 86_400)] // our clock is days ahead: the server's own two times count
    [InlineData(null, 600, 600)]
    [InlineData(null, -1, 0)] // expired and no other clue: used by those who asked, then replaced
    [InlineData(0, null, 86_400)] // no expiry: what the guide says
    [InlineData(null, null, 86_400)]
    [InlineData(-3600, 0, 3600)] // it ends this very moment by our clock
    [InlineData(600, 600, 600)] // issued as it ends: that tells nothing
    [InlineData(100, 50, 50)] //    [InlineData(100, 50, 50)] // nonsense: issued after its end
    public void The_life_is_what_both_clocks_allow(int? issued, int? expires, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), TokenLife.Of(Token(issued, expires), Now));
    }

    [Theory]
    [InlineData(253_402_300_799)]
    [InlineData(1e18)]
    [InlineData(1e300)]
    public void An_end_in_the_year_9999_or_beyond_is_a_year_from_now(double expires)
    {
        AccessToken token = new(Jwts.With(FormattableString.Invariant($$"""{"exp":{{expires:R}}}""")));
        Assert.Equal(TimeSpan.FromDays(365), TokenLife.Of(token, Now));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e18)]
    [InlineData(-1e300)]
    public void An_end_in_1970_or_before_is_now(double expires)
    {
        AccessToken token = new(Jwts.With(FormattableString.Invariant($$"""{"exp":{{expires:R}}}""")));
        Assert.Equal(TimeSpan.Zero, TokenLife.Of(token, Now));
    }

    [Theory]
    [InlineData(86_400, 300)]
    [InlineData(3000, 300)]
    [InlineData(100, 10)]
    [InlineData(0, 0)]
    public void The_margin_is_a_tenth_and_at_most_five_minutes(double life, double margin)
    {
        Assert.Equal(TimeSpan.FromSeconds(margin), TokenLife.Margin(TimeSpan.FromSeconds(life)));
    }

    [Theory]
    [InlineData(86_400, 0, 86_100)]
    [InlineData(86_400, 0.5, 86_175)]
    [InlineData(86_400, 1, 86_250)]
    [InlineData(100, 0, 90)]
    [InlineData(100, 1, 95)]
    [InlineData(0, 1, 0)]
    public void A_token_is_used_to_its_margin_or_up_to_half_of_that_longer(double life, double share, double use)
    {
        Assert.Equal(TimeSpan.FromSeconds(use), TokenLife.Use(TimeSpan.FromSeconds(life), share));
    }

    private static AccessToken Token(int? issued, int? expires)
    {
        long now = Now.ToUnixTimeSeconds();
        string claims = string.Join(
            ',',
            new[] { issued is { } iat ? $"\"iat\":{now + iat}" : null, expires is { } exp ? $"\"exp\":{now + exp}" : null }.Where(c =>
                c is not null
            )
        );
        return new AccessToken(Jwts.With("{" + claims + "}"));
    }
}
