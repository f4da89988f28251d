using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Sending and asking: order, time-outs, cancellation, back-pressure.</summary>
[Collection<ModelCollection>]
public class ChannelAskTests
{
    [Fact]
    public async Task Any_number_of_questions_may_be_open_and_each_gets_its_own_answer()
    {
        ModelPlan plan = new() { AnswerDelay = Delays(9, 8, 7, 6, 5, 4, 3, 2, 1, 0) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer>[] asked = [.. Enumerable.Range(0, 10).Select(i => harness.Chat.AskAsync($"question {i}"))];
        ChatAnswer[] answers = await harness.PumpAsync(Task.WhenAll(asked));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"re: question {i} #{i}"), answers.Select(a => a.FullText));
    }

    [Fact]
    public async Task A_question_without_an_answer_times_out_and_a_late_answer_is_not_taken_for_the_next_ones()
    {
        ModelPlan plan = new() { AnswerDelay = Delays(35, 2) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        RavatarTimeoutException late = await Assert.ThrowsAsync<RavatarTimeoutException>(() =>
            harness.PumpAsync(harness.Chat.AskAsync("same"))
        );
        Assert.Contains("30 s", late.Message, StringComparison.Ordinal);
        Assert.Equal(30, harness.Time.Elapsed.TotalSeconds, 0.5);
        harness.Time.Advance(TimeSpan.FromSeconds(4.2)); // the first answer comes while the second question waits
        ChatAnswer second = await harness.PumpAsync(harness.Chat.AskAsync("same"));
        Assert.Equal("re: same #1", second.FullText);
        Assert.Equal(1, harness.Chat.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task A_timed_out_question_leaves_after_one_more_time_out()
    {
        ModelPlan plan = new() { Answer = (_, n) => n == 0 ? null : "second" };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => harness.PumpAsync(harness.Chat.AskAsync("same")));
        harness.Time.Advance(TimeSpan.FromSeconds(30.5));
        Assert.Equal("second", (await harness.PumpAsync(harness.Chat.AskAsync("same"))).FullText);
    }

    [Fact]
    public async Task A_waiting_message_can_be_taken_back_and_is_never_sent()
    {
        ModelPlan plan = new() { OnConnect = n => n == 2 ? 503 : null };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        using CancellationTokenSource regret = new();
        Task<ChatAnswer> taken = harness.Chat.AskAsync("taken back", regret.Token);
        Task<ChatAnswer> kept = harness.Chat.AskAsync("kept");
        regret.Cancel();
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taken);
        Assert.Equal(regret.Token, thrown.CancellationToken);
        await harness.PumpAsync(kept);
        Assert.Equal(["kept"], harness.Service.Received);
    }

    [Fact]
    public async Task A_written_message_that_was_cancelled_is_not_sent_again()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.HalfOpen : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        using CancellationTokenSource regret = new();
        Task<ChatAnswer> asked = harness.Chat.AskAsync("regretted", regret.Token);
        await harness.SettleAsync();
        regret.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await harness.PumpAsync(harness.Chat.AskAsync("next"));
        Assert.Equal(["next"], harness.Service.Received);
    }

    [Fact]
    public async Task Cancelling_a_caller_does_not_touch_the_connection()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(3) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        using CancellationTokenSource regret = new();
        Task<ChatAnswer> asked = harness.Chat.AskAsync("one", regret.Token);
        regret.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal("re: two #1", (await harness.PumpAsync(harness.Chat.AskAsync("two"))).FullText);
        Assert.Equal(1, harness.Service.Connects);
    }

    [Fact]
    public async Task Sending_returns_when_written_and_waits_while_there_is_no_connection()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        await harness.PumpAsync(harness.Chat.SendTextAsync("at once"));
        Assert.Equal(["at once"], harness.Service.Received);
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        Task waiting = harness.Chat.SendTextAsync("later");
        await harness.SettleAsync();
        Assert.False(waiting.IsCompleted);
        await harness.PumpAsync(waiting);
        Assert.Equal(["at once", "later"], harness.Service.Received);
    }

    [Fact]
    public async Task A_full_outbox_makes_senders_wait_and_keeps_their_order()
    {
        ModelPlan plan = new() { OnConnect = n => n is 2 or 3 ? 503 : null };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, new ChatChannelOptions { OutboxMessages = 2 });
        harness.Service.Newest.Die();
        await harness.SettleAsync();
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"message {i}")];
        Task<ChatAnswer>[] asked = [.. texts.Select(t => harness.Chat.AskAsync(t))];
        await harness.PumpAsync(Task.WhenAll(asked));
        Assert.Equal(texts, harness.Service.Received);
    }

    [Fact]
    public async Task A_message_that_is_taken_back_before_there_was_room_takes_none_later()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(3) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, new ChatChannelOptions { OutboxMessages = 1 });
        using CancellationTokenSource regret = new();
        Task<ChatAnswer> first = harness.Chat.AskAsync("first");
        Task<ChatAnswer> regretted = harness.Chat.AskAsync("regretted", regret.Token);
        Task<ChatAnswer> last = harness.Chat.AskAsync("last");
        regret.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => regretted);
        await harness.PumpAsync(Task.WhenAll(first, last));
        Assert.Equal(["first", "last"], harness.Service.Received);
    }

    [Fact]
    public async Task Bad_input_is_an_argument_exception_before_anything_is_sent()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>("text", () => harness.Chat.SendTextAsync(" \n"));
        await Assert.ThrowsAsync<ArgumentNullException>("question", () => harness.Chat.AskAsync((string)null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("timeout", () => harness.Chat.AskAsync("hi", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("timeout", () => harness.Chat.AskAsync("hi", TimeSpan.MaxValue));
        await Assert.ThrowsAsync<ArgumentNullException>("voice", () => harness.Chat.SendVoiceAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("question", () => harness.Chat.AskAsync((VoiceClip)null!));
        Assert.Throws<ArgumentException>("data", () => new VoiceClip("no audio"u8.ToArray()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => harness.Chat.AskAsync("hi", new CancellationToken(true)));
        Assert.Empty(harness.Service.Received);
    }

    private static Func<TimeSpan> Delays(params int[] seconds)
    {
        int next = 0;
        return () => TimeSpan.FromSeconds(seconds[Math.Min(next++, seconds.Length - 1)]);
    }
}
