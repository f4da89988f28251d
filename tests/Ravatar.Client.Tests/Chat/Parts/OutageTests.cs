using Xunit;

namespace Ravatar.Client.Tests;

public class OutageTests
{
    [Fact]
    public void Failures_are_counted_and_the_latest_cause_is_kept()
    {
        Outage outage = new(new ConnectionEnd("dropped"));
        Assert.Equal((0, "dropped"), (outage.Failures, outage.Cause.Reason));
        outage.Fail(new ConnectionEnd("refused"));
        outage.Fail(new ConnectionEnd("refused again"));
        Assert.Equal((2, "refused again"), (outage.Failures, outage.Cause.Reason));
        Assert.False(outage.TokenRefreshed || outage.SkipDelay);
    }

    [Fact]
    public void A_refused_token_is_no_failure_and_the_next_attempt_follows_at_once()
    {
        Outage outage = new(new ConnectionEnd("dropped"));
        outage.RetryWithOtherToken(new ConnectionEnd("4401"), isNew: true);
        Assert.Equal((0, "4401"), (outage.Failures, outage.Cause.Reason));
        Assert.True(outage.TokenRefreshed && outage.SkipDelay);
    }

    [Fact]
    public void A_token_that_others_left_counts_as_tried_and_not_as_refreshed()
    {
        Outage outage = new(new ConnectionEnd("dropped"));
        outage.RetryWithOtherToken(new ConnectionEnd("4401"), isNew: false);
        Assert.True(outage.TokenReplaced && outage.SkipDelay && !outage.TokenRefreshed);
    }
}
