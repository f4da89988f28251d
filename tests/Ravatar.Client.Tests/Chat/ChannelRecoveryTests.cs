using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a lost connection takes with it, and what history gives back: single cases; all together they are in <see cref="ChaosTests"/>.</summary>
[Collection<ModelCollection>]
public class ChannelRecoveryTests
{
    [Theory]
    [InlineData(ModelFault.Before, 1)]
    [InlineData(ModelFault.Middle, 1)]
    [InlineData(ModelFault.AfterButFailed, 0)]
    [InlineData(ModelFault.After, 0)]
    [InlineData(ModelFault.Close, 0)]
    [InlineData(ModelFault.HalfOpen, 1)]
    public async Task What_was_under_way_arrives_once_and_its_answer_too(ModelFault fault, int resent)
    {
        ModelPlan plan = new() { OnWrite = n => n == 2 ? fault : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        await harness.PumpAsync(harness.Chat.AskAsync("one"));
        ChatAnswer two = await harness.PumpAsync(harness.Chat.AskAsync("two"));
        ChatAnswer three = await harness.PumpAsync(harness.Chat.AskAsync("three"));
        Assert.Equal(["one", "two", "three"], harness.Service.Received);
        Assert.Equal(("re: two #1", "re: three #2"), (two.FullText, three.FullText));
        Assert.Equal(resent == 0, two.IsRecovered);
        ChatStatistics statistics = harness.Chat.GetStatistics();
        Assert.Equal((resent, 1 - resent, 1L), (statistics.Resent, statistics.Recovered, statistics.Reconnects));
    }

    [Fact]
    public async Task An_absent_message_is_sent_again_only_after_history_had_time_to_settle()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Before : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> asked = harness.Chat.AskAsync("one");
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Recovering);
        TimeSpan reconnected = harness.Time.Elapsed;
        await harness.PumpAsync(asked);
        TimeSpan waited = harness.Time.Elapsed - reconnected;
        Assert.InRange(waited, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6.5));
    }

    [Fact]
    public async Task History_that_lags_less_than_the_settle_time_prevents_a_double()
    {
        ModelPlan plan = new()
        {
            HistoryLag = () => TimeSpan.FromSeconds(4.9),
            OnWrite = n => n == 1 ? ModelFault.AfterButFailed : ModelFault.None,
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        ChatAnswer answer = await harness.PumpAsync(harness.Chat.AskAsync("one"));
        Assert.True(answer.IsRecovered);
        Assert.Equal(["one"], harness.Service.Received);
    }

    [Fact]
    public async Task Nothing_new_is_written_until_recovery_is_over_and_new_frames_wait_for_recovered_ones()
    {
        ModelPlan plan = new() { Greets = true, OnWrite = n => n == 1 ? ModelFault.After : ModelFault.None };
        plan.HistoryLag = () => TimeSpan.FromSeconds(3);
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer> lost = harness.Chat.AskAsync("lost");
        await harness.PumpWhileAsync(() => harness.Chat.State != ChatState.Recovering);
        Task<ChatAnswer> next = harness.Chat.AskAsync("next");
        harness.Service.Newest.Push("""{"type":"system","content":"pushed"}"""u8.ToArray());
        await harness.SettleAsync();
        Assert.Equal(0, harness.Service.Newest.Writes);
        await harness.PumpAsync(Task.WhenAll(lost, next));
        List<string> order = await ReadAsync(harness, 5);
        Assert.Equal(["ConnectionEvent", "re: lost #0", "ConnectionEvent", "pushed", "re: next #1"], order);
    }

    [Fact]
    public async Task Finding_a_later_message_proves_those_before_it()
    {
        // Two are written; history shows only the second (as if the first's row were still on its way when it is read).
        ModelPlan plan = new() { Answer = (_, _) => null, OnWrite = n => n == 2 ? ModelFault.After : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        harness.Service.HideRow("first");
        Task first = harness.Chat.SendTextAsync("first");
        Task second = harness.Chat.SendTextAsync("second");
        await harness.PumpAsync(Task.WhenAll(first, second));
        await harness.PumpWhileAsync(() => harness.Service.Connects < 2 || harness.Chat.State != ChatState.Connected);
        Assert.Equal(["first", "second"], harness.Service.Received);
        Assert.Equal(0, harness.Chat.GetStatistics().Resent);
    }

    [Fact]
    public async Task Equal_texts_are_counted_less_those_already_confirmed()
    {
        // The first "yes" is answered; the second is lost on the way. One row more would be needed to prove it.
        ModelPlan plan = new() { OnWrite = n => n == 2 ? ModelFault.Before : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        await harness.PumpAsync(harness.Chat.AskAsync("yes"));
        ChatAnswer second = await harness.PumpAsync(harness.Chat.AskAsync("yes"));
        Assert.Equal("re: yes #1", second.FullText);
        Assert.Equal(["yes", "yes"], harness.Service.Received);
    }

    [Fact]
    public async Task Old_rows_and_other_devices_are_never_taken_for_ours()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Before : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            before: s => s.OtherDevice("hello", "avatar-1") // the same text, before we came
        );
        Task<ChatAnswer> asked = harness.Chat.AskAsync("hello");
        harness.Service.OtherDevice("hello", "avatar-2"); // the same text, to another avatar
        harness.Service.OtherDevice("something else", "avatar-1");
        ChatAnswer answer = await harness.PumpAsync(asked);
        Assert.Equal("re: hello #0", answer.FullText);
        Assert.Equal(["hello"], harness.Service.Received);
        Assert.Equal(["re: hello #0"], await ReadAsync(harness, 1));
    }

    [Theory]
    [InlineData(ModelFault.Before)]
    [InlineData(ModelFault.After)]
    public async Task Voice_is_recovered_by_counting_its_rows(ModelFault fault)
    {
        ModelPlan plan = new() { OnWrite = n => n == 2 ? fault : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        VoiceClip clip = new("RIFF\0\0\0\0WAVEfmt "u8.ToArray());
        await harness.PumpAsync(harness.Chat.AskAsync(clip));
        ChatAnswer second = await harness.PumpAsync(harness.Chat.AskAsync(clip));
        Assert.Equal("re: transcript 1 #1", second.FullText);
        Assert.Equal(2, harness.Service.Received.Count);
    }

    [Theory]
    [InlineData(UncertainMessagePolicy.SendAgain)]
    [InlineData(UncertainMessagePolicy.GiveUp)]
    public async Task Where_history_cannot_be_read_the_option_decides_and_an_event_says_so(UncertainMessagePolicy policy)
    {
        ModelPlan plan = new()
        {
            OnHistory = n => n == 1 ? null : new RavatarBusyException("busy"),
            OnWrite = n => n == 1 ? ModelFault.AfterButFailed : ModelFault.None,
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, new ChatChannelOptions { UncertainMessages = policy });
        Task<ChatAnswer> asked = harness.Chat.AskAsync("one");
        if (policy == UncertainMessagePolicy.SendAgain)
        {
            Assert.Equal("re: one #1", (await harness.PumpAsync(asked)).FullText); // twice: what at least once means
            Assert.Equal(["one", "one"], harness.Service.Received);
        }
        else
        {
            RavatarConnectionException failed = await Assert.ThrowsAsync<RavatarConnectionException>(() => harness.PumpAsync(asked));
            Assert.Contains("history", failed.Message, StringComparison.Ordinal);
            Assert.Equal(1, harness.Chat.GetStatistics().NotResent);
            Assert.Equal(["one"], harness.Service.Received);
        }
        await foreach (ChatEvent e in harness.Chat.ReadAllAsync())
        {
            HistoryUnavailable note = Assert.IsType<HistoryUnavailable>(e);
            Assert.Equal(1, note.UncertainMessages);
            Assert.IsType<RavatarBusyException>(note.Exception);
            break;
        }
        Assert.Equal(1, harness.Chat.GetStatistics().HistoryFailures);
    }

    [Fact]
    public async Task The_time_out_pauses_while_disconnected_and_restarts_on_a_resend()
    {
        ModelPlan plan = new()
        {
            AnswerDelay = () => TimeSpan.FromSeconds(25),
            OnConnect = n => n is > 1 and < 8 ? 503 : null,
            OnWrite = n => n == 1 ? ModelFault.Before : ModelFault.None,
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, random: () => 1);
        ChatAnswer answer = await harness.PumpAsync(harness.Chat.AskAsync("patience"));
        Assert.Equal("re: patience #0", answer.FullText);
        Assert.True(harness.Time.Elapsed > TimeSpan.FromSeconds(60));
        Assert.Equal(0, harness.Chat.GetStatistics().TimedOut);
    }

    [Fact]
    public async Task An_answer_that_comes_by_history_and_by_the_new_socket_is_delivered_once()
    {
        ModelPlan plan = new()
        {
            AnswersFollowUser = true,
            AnswerDelay = () => TimeSpan.FromSeconds(8),
            SocketIds = false,
            OnWrite = n => n == 1 ? ModelFault.After : ModelFault.None,
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        ChatAnswer answer = await harness.PumpAsync(harness.Chat.AskAsync("once"));
        Assert.True(answer.IsRecovered);
        await harness.PumpWhileAsync(() => harness.Time.Elapsed < TimeSpan.FromSeconds(20));
        await harness.PumpAsync(harness.Chat.AskAsync("again"));
        Assert.Equal(["re: once #0", "re: again #1"], await ReadAsync(harness, 2));
        Assert.Equal(1, harness.Chat.GetStatistics().DuplicatesDropped);
    }

    [Fact]
    public async Task A_read_of_history_on_a_healthy_connection_doubles_nothing()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(2) };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<ChatAnswer>[] asked = [.. Enumerable.Range(0, 300).Select(i => harness.Chat.AskAsync($"q{i}"))];
        await harness.PumpAsync(Task.WhenAll(asked));
        Task<ChatAnswer> last = harness.Chat.AskAsync("last");
        await harness.PumpAsync(last);
        await harness.PumpWhileAsync(() => harness.Time.Elapsed < TimeSpan.FromSeconds(30));
        List<string> read = await ReadAsync(harness, 301);
        Assert.Equal(301, read.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            301,
            harness.Chat.GetStatistics().Received - harness.Chat.GetStatistics().DuplicatesDropped + harness.Chat.GetStatistics().Recovered
        );
    }

    [Fact]
    public async Task A_short_answer_time_out_does_not_give_up_what_a_dead_connection_swallowed()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.HalfOpen : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan, answerTimeout: TimeSpan.FromSeconds(10));
        await harness.PumpAsync(harness.Chat.SendTextAsync("important"));
        await harness.PumpWhileAsync(() => harness.Service.Received.Count == 0);
        Assert.Equal(["important"], harness.Service.Received);
    }

    [Fact]
    public async Task A_baseline_that_is_fixed_late_does_not_hide_what_is_under_way()
    {
        ModelPlan plan = new()
        {
            OnHistory = n => n == 1 ? new RavatarBusyException("busy") : null,
            Answer = (_, n) => n == 0 ? null : "answer",
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            new ChatChannelOptions { UncertainMessages = UncertainMessagePolicy.GiveUp }
        );
        Task<ChatAnswer> asked = harness.Chat.AskAsync("once");
        await harness.PumpWhileAsync(() => harness.Time.Elapsed < TimeSpan.FromSeconds(20));
        harness.Service.Newest.Die();
        await Assert.ThrowsAsync<RavatarConnectionException>(() => harness.PumpAsync(asked)); // in doubt, and said so
        Assert.Equal(["once"], harness.Service.Received);
    }

    [Fact]
    public async Task Whatever_history_throws_the_channel_lives_and_ends_properly()
    {
        ModelPlan plan = new()
        {
            OnHistoryThrow = new InvalidOperationException("a handler of the application's"),
            OnWrite = n => n == 1 ? ModelFault.After : ModelFault.None,
        };
        ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        ChatAnswer answer = await harness.PumpAsync(harness.Chat.AskAsync("one"));
        Assert.Equal("re: one #1", answer.FullText);
        await harness.DisposeAsync();
        Assert.Equal(ChatEndReason.ClosedByClient, (await harness.Chat.Completion).Reason);
    }

    [Fact]
    public async Task A_late_copy_of_an_older_answer_does_not_pass_for_the_delivery_of_a_lost_question()
    {
        ModelPlan plan = new()
        {
            SocketIds = false,
            AnswersFollowUser = true,
            AnswerDelay = () => TimeSpan.FromSeconds(9),
            Answer = (text, _) => "re: " + text,
            OnWrite = n =>
                n switch
                {
                    1 => ModelFault.After,
                    2 => ModelFault.HalfOpen,
                    _ => ModelFault.None,
                },
        };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        await harness.PumpAsync(harness.Chat.AskAsync("hi"));
        await harness.PumpAsync(harness.Chat.AskAsync("hi", TimeSpan.FromMinutes(5)));
        Assert.Equal(["hi", "hi"], harness.Service.Received);
    }

    [Fact]
    public async Task An_idle_channel_reconnects_without_asking_history()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        await harness.PumpAsync(harness.Chat.AskAsync("one"));
        int reads = harness.Service.HistoryReads;
        harness.Service.Newest.Die();
        await harness.PumpWhileAsync(() => harness.Service.Connects < 2 || harness.Chat.State != ChatState.Connected);
        Assert.Equal(reads, harness.Service.HistoryReads);
    }

    private static async Task<List<string>> ReadAsync(ChannelHarness harness, int count)
    {
        List<string> read = [];
        await foreach (ChatEvent e in harness.Chat.ReadAllAsync())
        {
            read.Add(
                e switch
                {
                    ChatAnswer answer => answer.FullText,
                    SystemEvent system => system.Text,
                    _ => e.GetType().Name,
                }
            );
            if (read.Count == count)
            {
                break;
            }
        }
        return read;
    }
}
