using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>When a channel tries again, when it gives up, and what it tells.</summary>
[Collection<ModelCollection>]
public class ChannelReconnectTests
{
    [Fact]
    public async Task A_lost_connection_comes_back_and_every_step_is_told()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        IAsyncEnumerator<ChatStateChange> steps = harness.Chat.WatchStateAsync().GetAsyncEnumerator();
        Assert.Equal(ChatState.Connected, (await Next(harness, steps)).State);
        harness.Service.Newest.Die();
        ChatStateChange lost = await Next(harness, steps);
        Assert.Equal((ChatState.Reconnecting, 1), (lost.State, lost.Attempt));
        Assert.Equal(TimeSpan.FromSeconds(0.25), lost.Delay); // half of 0.5 s, as the harness' random number is 0.5
        Assert.Contains("Reading failed", lost.Reason, StringComparison.Ordinal);
        Assert.NotNull(lost.Error);
        Assert.Equal(ChatState.Connected, (await Next(harness, steps)).State);
        Assert.Equal(2, harness.Service.Connects);
        Assert.Equal(1, harness.Chat.GetStatistics().Reconnects);
    }

    [Fact]
    public async Task Accept_greet_drop_is_no_hot_loop()
    {
        ModelPlan plan = new() { Greets = true };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, random: () => 1);
        List<TimeSpan> delays = [];
        await foreach (ChatStateChange step in harness.Chat.WatchStateAsync())
        {
            if (step.State == ChatState.Reconnecting)
            {
                delays.Add(step.Delay);
            }
            if (delays.Count == 9)
            {
                break;
            }
            if (step.State == ChatState.Connected)
            {
                harness.Service.Newest.Die();
            }
            await harness.PumpWhileAsync(() => harness.Chat.State == step.State && step.State != ChatState.Connected);
        }
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], delays.Select(d => Math.Round(d.TotalSeconds, 3)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backoff_starts_over_once_a_connection_has_proved_itself(bool byAnswer)
    {
        ModelPlan plan = new() { Greets = true };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, random: () => 1);
        await DropAsync(harness);
        await DropAsync(harness);
        if (byAnswer)
        {
            await harness.PumpAsync(harness.Chat.AskAsync("are you there?"));
        }
        else
        {
            await harness.SettleAsync();
            harness.Time.Advance(TimeSpan.FromSeconds(10));
        }
        ChatStateChange lost = await DropAsync(harness);
        Assert.Equal((1, TimeSpan.FromSeconds(0.5)), (lost.Attempt, lost.Delay));
    }

    [Fact]
    public async Task A_connection_that_only_greeted_for_less_than_ten_seconds_proves_nothing()
    {
        ModelPlan plan = new() { Greets = true };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, random: () => 1);
        await DropAsync(harness);
        await harness.SettleAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(2, (await DropAsync(harness)).Attempt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_expired_token_is_refreshed_once_and_nobody_notices(bool byClosing)
    {
        ModelPlan plan = new() { RefuseTokensByClosing = byClosing };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        await harness.PumpAsync(harness.Chat.AskAsync("before"));
        harness.Service.RevokeToken();
        harness.Service.Newest.Die();
        ChatAnswer answer = await harness.PumpAsync(harness.Chat.AskAsync("after"));
        Assert.Equal("re: after #1", answer.FullText);
        Assert.Equal(2, harness.Service.TokensIssued);
        Assert.Equal(["before", "after"], harness.Service.Received);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_fresh_token_that_is_refused_as_well_ends_the_channel(int status)
    {
        ModelPlan plan = new() { OnConnect = n => n == 1 ? null : status };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        harness.Service.Newest.Die();
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal(ChatEndReason.AuthenticationFailed, end.Reason);
        Assert.IsType<RavatarAuthenticationException>(end.Exception);
        Assert.Equal(3, harness.Service.Connects);
        await Assert.ThrowsAsync<RavatarAuthenticationException>(() => harness.Chat.SendTextAsync("late"));
    }

    [Fact]
    public async Task Payment_required_ends_the_channel()
    {
        ModelPlan plan = new() { OnConnect = n => n == 1 ? null : 402 };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        harness.Service.Newest.Die();
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal(ChatEndReason.PaymentRequired, end.Reason);
        Assert.IsType<RavatarPaymentRequiredException>(end.Exception);
    }

    [Fact]
    public async Task Everything_else_is_tried_again_up_to_max_attempts()
    {
        ModelPlan plan = new() { OnConnect = n => n == 1 ? null : new[] { 404, 500, 503 }[n % 3] };
        ChatChannelOptions options = new() { Reconnect = { MaxAttempts = 7 } };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, options);
        harness.Service.Newest.ServerClose(1012, "restart");
        Task<ChatAnswer> waiting = harness.Chat.AskAsync("anybody?");
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal(ChatEndReason.AttemptsExhausted, end.Reason);
        Assert.Equal(1 + 7, harness.Service.Connects);
        RavatarConnectionException failed = await Assert.ThrowsAsync<RavatarConnectionException>(() => waiting);
        Assert.NotNull(failed.Recommendation);
        Assert.Equal(ChatState.Closed, harness.Chat.State);
    }

    [Theory]
    [InlineData(404, 1, typeof(RavatarConnectionException))]
    [InlineData(503, 3, typeof(RavatarConnectionException))]
    [InlineData(402, 1, typeof(RavatarPaymentRequiredException))]
    [InlineData(403, 2, typeof(RavatarAuthenticationException))]
    public async Task Opening_fails_soon_with_the_reason(int status, int attempts, Type exception)
    {
        ModelService? service = null;
        ModelPlan plan = new() { OnConnect = _ => status };
        Exception thrown = await Assert.ThrowsAnyAsync<RavatarException>(() => ChannelHarness.OpenAsync(plan, before: s => service = s));
        Assert.IsType(exception, thrown);
        Assert.Equal(attempts, service!.Connects);
    }

    [Fact]
    public async Task A_write_that_does_not_finish_ends_its_connection()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Stuck : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> asked = harness.Chat.AskAsync("hello?", TimeSpan.FromMinutes(10));
        await harness.SettleAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(29.9));
        await harness.SettleAsync();
        Assert.Equal(ChatState.Connected, harness.Chat.State);
        ChatAnswer answer = await harness.PumpAsync(asked);
        Assert.Equal("re: hello? #0", answer.FullText);
        Assert.Equal(2, harness.Service.Connects);
    }

    [Fact]
    public async Task Where_the_platform_does_not_ping_an_overdue_answer_gives_a_dead_connection_away()
    {
        ModelPlan plan = new() { PlatformPings = false, OnWrite = n => n == 1 ? ModelFault.HalfOpen : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> asked = harness.Chat.AskAsync("hello?");
        await harness.SettleAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(23));
        await harness.SettleAsync();
        Assert.Equal(1, harness.Service.Connects);
        harness.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("re: hello? #0", (await harness.PumpAsync(asked)).FullText);
        Assert.True(harness.Time.Elapsed < TimeSpan.FromSeconds(40), "Noticed late: " + harness.Time.Elapsed);
    }

    [Fact]
    public async Task An_idle_half_open_connection_is_noticed_where_the_platform_pings()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        harness.Service.Newest.GoHalfOpen();
        await harness.PumpWhileAsync(() => harness.Service.Connects < 2);
        Assert.True(harness.Time.Elapsed < TimeSpan.FromSeconds(30), "Noticed late: " + harness.Time.Elapsed);
    }

    [Fact]
    public async Task Where_the_platform_hides_the_upgrade_status_the_service_is_asked()
    {
        int probes = 0;
        ModelPlan plan = new() { TellsUpgradeStatus = false, OnConnect = n => n is 2 or 3 ? 0 : null };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            probe: _ => ++probes == 1 ? Task.CompletedTask : throw new RavatarPaymentRequiredException("pay")
        );
        harness.Service.Newest.Die();
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal((ChatEndReason.PaymentRequired, 2), (end.Reason, probes));
    }

    private static async Task<ChatStateChange> DropAsync(ChannelHarness harness)
    {
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Connected);
        await using IAsyncEnumerator<ChatStateChange> steps = harness.Chat.WatchStateAsync().GetAsyncEnumerator();
        await steps.MoveNextAsync();
        harness.Service.Newest.Die();
        ChatStateChange lost = await Next(harness, steps);
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Connected);
        return lost;
    }

    private static async Task<ChatStateChange> Next(ChannelHarness harness, IAsyncEnumerator<ChatStateChange> steps)
    {
        Assert.True(await harness.PumpAsync(steps.MoveNextAsync().AsTask()));
        return steps.Current;
    }
}
