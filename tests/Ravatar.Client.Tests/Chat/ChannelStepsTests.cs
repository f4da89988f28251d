using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The order in which a channel does things, from its opening to its end, and the words for it.</summary>
[Collection<ModelCollection>]
public class ChannelStepsTests
{
    [Fact]
    public async Task The_log_tells_every_step_and_why()
    {
        CollectingLogger logs = new();
        ModelPlan plan = new() { PlatformPings = false, OnWrite = n => n == 1 ? ModelFault.HalfOpen : ModelFault.None };
        ChannelHarness harness = await ChannelHarness.OpenAsync(plan, logger: logs.CreateLogger("Ravatar.Client"));
        await harness.PumpAsync(harness.Chat.AskAsync("lost at first"));
        await harness.DisposeAsync();
        string[] told =
        [
            "The channel is being opened.",
            "Connection 1 stands.",
            "Nothing came although an answer is overdue",
            "Connection 2 stands; history tells",
            "Connection 2 stands.",
            "It was closed on this side.",
        ];
        int[] places = [.. told.Select(t => logs.Text.IndexOf(t, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task Every_connection_but_the_first_is_counted_as_a_reconnect()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        Assert.Equal(0, harness.Chat.GetStatistics().Reconnects);
        for (int i = 1; i <= 3; i++)
        {
            harness.Service.Newest.Die();
            await harness.PumpWhileAsync(() => harness.Service.Connects == i || harness.Chat.State != ChatState.Connected);
            Assert.Equal(i, harness.Chat.GetStatistics().Reconnects);
        }
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3600, 10)] // a server that never answers holds nothing up for long
    public async Task Opening_waits_until_it_is_known_what_history_held(int takes, int opened)
    {
        ModelPlan plan = new() { HistoryTakes = TimeSpan.FromSeconds(takes) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Assert.Equal(opened, harness.Time.Elapsed.TotalSeconds, 0.1);
    }

    [Fact]
    public async Task A_channel_that_could_not_be_opened_reads_no_history_any_more()
    {
        ModelService? service = null;
        ModelPlan plan = new() { HistoryTakes = TimeSpan.FromHours(1), OnConnect = _ => 402 };
        await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => ChannelHarness.OpenAsync(plan, before: s => service = s));
        Assert.Empty(service!.Time.Pending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Opening_fails_with_what_the_sign_in_threw_or_with_an_exception_that_tells_it(bool disposed)
    {
        Exception thrown = disposed ? new ObjectDisposedException("RavatarClient") : new UriFormatException("no address");
        Exception failed = await Assert.ThrowsAnyAsync<Exception>(() => ChannelHarness.OpenAsync(new ModelPlan { OnToken = thrown }));
        Assert.Same(thrown, disposed ? failed : Assert.IsType<RavatarConnectionException>(failed).InnerException);
        Assert.Contains(thrown.Message, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_opening_leaves_nothing_behind()
    {
        ModelService service = new(new ManualTimeProvider(), new ModelPlan { OnConnect = _ => 503 });
        using CancellationTokenSource regret = new();
        Task<ChatChannel> opening = ChatChannel.OpenAsync(
            new ChatOpening(service.Environment(), new ChatChannelOptions()),
            TestIdentity.With(),
            TimeSpan.FromSeconds(30),
            regret.Token
        );
        await service.Time.WaitForTimerAsync(TimeSpan.Zero).WaitAsync(ManualTimeProvider.HangGuard);
        regret.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(ManualTimeProvider.HangGuard));
        Assert.Empty(service.Time.Pending);
    }

    [Fact]
    public async Task A_token_that_was_refreshed_to_open_and_is_refused_before_anything_was_proved_ends_the_channel()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(before: s => s.RevokeToken());
        Assert.Equal(2, harness.Service.TokensIssued);
        harness.Service.Newest.ServerClose(4401, "token expired");
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal((ChatEndReason.AuthenticationFailed, 4401), (end.Reason, end.CloseCode));
        Assert.Contains("fresh token", end.Message, StringComparison.Ordinal);
        Assert.Contains("user and project", ((RavatarException)end.Exception!).Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_proved_itself_may_refresh_the_token_again()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(before: s => s.RevokeToken());
        await harness.PumpAsync(harness.Chat.AskAsync("one"));
        harness.Service.RevokeToken();
        harness.Service.Newest.ServerClose(4401, "token expired");
        Assert.Equal("re: two #1", (await harness.PumpAsync(harness.Chat.AskAsync("two"))).FullText);
        Assert.Equal(3, harness.Service.TokensIssued);
    }

    [Fact]
    public async Task The_socket_waits_while_recovery_holds_as_much_as_it_may()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Before : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, new ChatChannelOptions { ReaderEvents = 3 });
        Task<ChatAnswer> lost = harness.Chat.AskAsync("lost");
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Recovering);
        for (int i = 0; i < 10; i++)
        {
            harness.Service.Newest.Push("""{"type":"system","content":"pushed"}"""u8.ToArray());
        }
        while (harness.Service.Newest.MessagesRead < 3)
        {
            await harness.SettleAsync();
        }
        await harness.SettleAsync();
        Assert.Equal(3, harness.Service.Newest.MessagesRead);
        await harness.PumpAsync(lost);
        Assert.Equal(11, harness.Service.Newest.MessagesRead);
    }

    [Fact]
    public async Task A_live_session_hears_of_stream_errors_at_once()
    {
        List<LiveError> reported = [];
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        harness.Chat.Live.Enter("license", (error, _) => reported.Add(error));
        harness.Service.Newest.Push("""{"type":"system","content":"Session expired"}"""u8.ToArray());
        await using IAsyncEnumerator<ChatEvent> reader = harness.Chat.ReadAllAsync().GetAsyncEnumerator();
        await harness.PumpAsync(reader.MoveNextAsync().AsTask());
        Assert.Equal([LiveError.Expired], reported);
    }

    [Fact]
    public async Task At_the_end_readers_get_what_was_held_and_who_waits_learns_how_it_ended()
    {
        ModelPlan plan = new() { Answer = (_, _) => null, HistoryLag = () => TimeSpan.FromSeconds(3) };
        ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> asked = harness.Chat.AskAsync("never answered");
        await harness.SettleAsync();
        harness.Service.Newest.Die();
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Recovering);
        harness.Service.Newest.Push("""{"type":"system","content":"held"}"""u8.ToArray());
        while (harness.Service.Newest.MessagesRead == 0)
        {
            await harness.SettleAsync();
        }
        harness.Service.Newest.ServerClose(1001, "going away");
        harness.Service.Plan.OnConnect = _ => 402;
        RavatarPaymentRequiredException failed = await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => harness.PumpAsync(asked));
        Assert.NotNull(failed.Recommendation);
        List<string> read = [];
        await foreach (ChatEvent e in harness.Chat.ReadAllAsync())
        {
            read.Add(((SystemEvent)e).Text);
        }
        Assert.Equal(["held"], read);
        Assert.Empty(harness.Time.Pending);
    }

    [Fact]
    public async Task What_is_pending_as_the_channel_is_closed_fails_with_the_close_and_a_way_on()
    {
        ModelPlan plan = new() { Answer = (_, _) => null };
        ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> asked = harness.Chat.AskAsync("never answered");
        await harness.SettleAsync();
        await harness.DisposeAsync();
        RavatarConnectionException failed = await Assert.ThrowsAsync<RavatarConnectionException>(() => asked);
        Assert.Equal(1000, failed.CloseCode);
        Assert.Equal("Open a new channel.", failed.Recommendation);
        Assert.Empty(harness.Time.Pending);
    }

    [Fact]
    public async Task A_fault_of_its_own_ends_the_channel_and_is_told()
    {
        CollectingLogger logs = new();
        InvalidOperationException fault = new("the dice fell off the table");
        ChannelHarness harness = await ChannelHarness.OpenAsync(random: () => throw fault, logger: logs.CreateLogger("Ravatar.Client"));
        harness.Service.Newest.Die();
        ChatEnd end = await harness.PumpAsync(harness.Chat.Completion);
        Assert.Equal((ChatEndReason.Failed, fault), (end.Reason, end.Exception));
        Assert.Contains(fault.Message, end.Message, StringComparison.Ordinal);
        Assert.Contains(logs.Entries, e => ReferenceEquals(e.Exception, fault));
        await harness.DisposeAsync();
    }
}
