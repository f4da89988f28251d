using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Readers, and the end of a channel.</summary>
[Collection<ModelCollection>]
public class ChannelEndTests
{
    [Fact]
    public async Task Disposing_writes_what_waits_says_goodbye_and_tells_how_it_ended()
    {
        ChannelHarness harness = await ChannelHarness.OpenAsync();
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        Task sending = harness.Chat.SendTextAsync("last words");
        await harness.DisposeAsync();
        await sending;
        Assert.Equal(["last words"], harness.Service.Received);
        ChatEnd end = await harness.Chat.Completion;
        Assert.Equal((ChatEndReason.ClosedByClient, 1000), (end.Reason, end.CloseCode));
        Assert.True(harness.Service.Newest.IsDisposed);
    }

    [Fact]
    public async Task Disposing_while_nothing_gets_through_takes_the_flush_time_and_fails_what_is_pending()
    {
        ModelPlan plan = new() { OnConnect = n => n == 1 ? null : 503 };
        ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        Task<ChatAnswer> asked = harness.Chat.AskAsync("never");
        TimeSpan before = harness.Time.Elapsed;
        await harness.DisposeAsync();
        Assert.InRange(harness.Time.Elapsed - before, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(8));
        RavatarConnectionException failed = await Assert.ThrowsAsync<RavatarConnectionException>(() => asked);
        Assert.Contains("closed on this side", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => harness.Chat.SendTextAsync("too late"));
    }

    [Fact]
    public async Task Disposing_waits_for_what_went_down_with_the_last_connection()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.HalfOpen : ModelFault.None };
        ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            new ChatChannelOptions { HistorySettleTime = TimeSpan.FromSeconds(2) }
        );
        await harness.PumpAsync(harness.Chat.SendTextAsync("bye"));
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        await harness.DisposeAsync();
        Assert.Equal(["bye"], harness.Service.Received);
    }

    [Fact]
    public async Task Disposing_during_recovery_still_writes_what_waits()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Before : ModelFault.None };
        ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            new ChatChannelOptions { HistorySettleTime = TimeSpan.FromSeconds(2) }
        );
        Task lost = harness.Chat.SendTextAsync("lost");
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Recovering);
        Task waiting = harness.Chat.SendTextAsync("waits");
        await harness.DisposeAsync();
        await Task.WhenAll(lost, waiting);
        Assert.Equal(["lost", "waits"], harness.Service.Received);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_answers()
    {
        ChannelHarness harness = await ChannelHarness.OpenAsync(new ModelPlan { Answer = (_, _) => null });
        Task<ChatAnswer> asked = harness.Chat.AskAsync("never answered");
        await harness.SettleAsync();
        TimeSpan before = harness.Time.Elapsed;
        await harness.DisposeAsync();
        Assert.Equal(before, harness.Time.Elapsed);
        await Assert.ThrowsAsync<RavatarConnectionException>(() => asked);
    }

    [Fact]
    public async Task Disposing_a_half_open_channel_takes_two_seconds()
    {
        ChannelHarness harness = await ChannelHarness.OpenAsync(new ModelPlan { PlatformPings = false });
        harness.Service.Newest.GoHalfOpen();
        TimeSpan before = harness.Time.Elapsed;
        await harness.DisposeAsync();
        Assert.InRange(harness.Time.Elapsed - before, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public async Task Disposing_is_idempotent_concurrent_and_safe_from_readers_and_watchers()
    {
        ChannelHarness harness = await ChannelHarness.OpenAsync();
        Task reading = Task.Run(async () =>
        {
            await foreach (ChatEvent _ in harness.Chat.ReadAllAsync())
            {
                await harness.Chat.DisposeAsync();
            }
        });
        Task watching = Task.Run(async () =>
        {
            await foreach (ChatStateChange step in harness.Chat.WatchStateAsync())
            {
                if (step.State == ChatState.Closed)
                {
                    await harness.Chat.DisposeAsync();
                }
            }
        });
        await harness.PumpAsync(harness.Chat.AskAsync("hi"));
        await harness.PumpAsync(Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await harness.Chat.DisposeAsync()))));
        await harness.PumpAsync(Task.WhenAll(reading, watching));
        await harness.Chat.DisposeAsync();
    }

    [Fact]
    public async Task What_came_since_opening_is_kept_for_the_first_reader_and_others_start_at_their_call()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        await harness.PumpAsync(harness.Chat.AskAsync("one"));
        IAsyncEnumerable<ChatEvent> first = harness.Chat.ReadAllAsync();
        IAsyncEnumerable<ChatEvent> second = harness.Chat.ReadAllAsync();
        await harness.PumpAsync(harness.Chat.AskAsync("two"));
        Assert.Equal(["re: one #0", "re: two #1"], await TakeAsync(first, 2));
        Assert.Equal(["re: two #1"], await TakeAsync(second, 1));
        Assert.Equal(ChatState.Connected, harness.Chat.State);
    }

    [Fact]
    public async Task A_reader_that_falls_behind_finds_how_many_it_missed_and_harms_nobody()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(options: new ChatChannelOptions { ReaderEvents = 3 });
        await using IAsyncEnumerator<ChatEvent> slow = harness.Chat.ReadAllAsync().GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
        {
            await harness.PumpAsync(harness.Chat.AskAsync($"q{i}"));
        }
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(7, Assert.IsType<EventsMissed>(slow.Current).Count);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal("re: q7 #7", Assert.IsType<ChatAnswer>(slow.Current).FullText);
        Assert.Equal(7, harness.Chat.GetStatistics().EventsMissed);
    }

    [Fact]
    public async Task A_slow_reader_can_hold_the_socket_back_instead()
    {
        ChatChannelOptions options = new() { ReaderEvents = 2, SlowReaders = SlowReaderPolicy.HoldSocket };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(options: options);
        await using IAsyncEnumerator<ChatEvent> slow = harness.Chat.ReadAllAsync().GetAsyncEnumerator();
        Task<bool> reading = slow.MoveNextAsync().AsTask();
        Task<ChatAnswer>[] asked = [.. Enumerable.Range(0, 10).Select(i => harness.Chat.AskAsync($"q{i}"))];
        await harness.SettleAsync();
        Assert.InRange(asked.Count(a => a.IsCompleted), 2, 4); // what was taken, and what fits
        for (int i = 0; i < 10; i++)
        {
            Assert.True(await harness.PumpAsync(i == 0 ? reading : slow.MoveNextAsync().AsTask()));
            Assert.Equal($"re: q{i} #{i}", Assert.IsType<ChatAnswer>(slow.Current).FullText);
        }
    }

    [Fact]
    public async Task A_bad_frame_ends_nothing()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(options: new ChatChannelOptions { MaxMessageBytes = 2048 });
        harness.Service.Newest.Push("<html>"u8.ToArray());
        harness.Service.Newest.Push(new byte[100_000]);
        harness.Service.Newest.Push([]);
        Assert.Equal("re: still there? #0", (await harness.PumpAsync(harness.Chat.AskAsync("still there?"))).FullText);
        Assert.Equal(3, harness.Chat.GetStatistics().Unknown);
        List<ChatEvent> read = [];
        await foreach (ChatEvent e in harness.Chat.ReadAllAsync())
        {
            read.Add(e);
            if (read.Count == 4)
            {
                break;
            }
        }
        Assert.Equal("<html>", Assert.IsType<UnknownEvent>(read[0]).RawJson);
        Assert.Equal(100_000, Assert.IsType<UnknownEvent>(read[1]).Length);
    }

    private static async Task<List<string>> TakeAsync(IAsyncEnumerable<ChatEvent> events, int count)
    {
        List<string> taken = [];
        await foreach (ChatEvent e in events)
        {
            taken.Add(Assert.IsType<ChatAnswer>(e).FullText);
            if (taken.Count == count)
            {
                break;
            }
        }
        return taken;
    }
}
