using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Hands-free turns: when it listens, what a turn tells, and that none is lost.</summary>
[Collection<ModelCollection>]
public class VoiceTurnTests
{
    [Fact]
    public async Task Speech_end_sends_the_turn_has_answer_and_timings_and_it_listens_again()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(2) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        for (int number = 1; number <= 2; number++)
        {
            VoiceTurn turn = await voice.TurnAsync(turns);

            Assert.Equal((number, $"re: transcript {number - 1} #{number - 1}"), (turn.Number, turn.Answer!.Text));
            Assert.Null(turn.Error);
            Assert.False(turn.Recording.IsPushToTalk);
            Assert.InRange(turn.Recording.Duration.TotalSeconds, 1.4, 1.48); // half a second, and the silence that ended it
            Assert.Equal(TimeSpan.Zero, turn.TimeToSend);
            Assert.Equal(2, turn.TimeToAnswer!.Value.TotalSeconds, 0.5);
        }
    }

    [Fact]
    public async Task A_turn_without_an_answer_tells_why_and_the_next_one_comes()
    {
        ModelPlan plan = new() { Answer = static (_, number) => number == 0 ? null : "here" };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(
            VoiceMode.Vad,
            plan,
            static o => o.AnswerTimeout = TimeSpan.FromSeconds(5)
        );
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        VoiceTurn silent = await voice.TurnAsync(turns);
        Assert.IsType<RavatarTimeoutException>(silent.Error);
        Assert.Equal(5, voice.Time.Elapsed.TotalSeconds, 0.5);
        Assert.Equal((null, TimeSpan.Zero, null), (silent.Answer, silent.TimeToSend, silent.TimeToAnswer));

        voice.Time.Advance(TimeSpan.FromSeconds(30)); // the first question's place is given up
        Assert.Equal("here", (await voice.TurnAsync(turns)).Answer!.Text);
    }

    [Fact]
    public async Task Without_a_connection_the_turn_waits_and_its_time_to_send_says_how_long()
    {
        ModelPlan plan = new() { OnConnect = n => n is 2 or 3 ? 503 : null, AnswerDelay = () => TimeSpan.FromSeconds(1) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> next = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        voice.Channel.Service.Newest.Die();
        await voice.Channel.SettleAsync();
        voice.Microphone.Say(50);
        await VoiceHarness.UntilAsync(() => !voice.Conversation.IsListening);
        TimeSpan spoken = voice.Time.Elapsed;
        await voice.Channel.PumpWhileAsync(() => voice.SentCount == 0);
        TimeSpan outage = voice.Time.Elapsed - spoken;
        Assert.True(await voice.Channel.PumpAsync(next.AsTask()));

        Assert.True(outage > TimeSpan.FromMilliseconds(500), $"{outage}");
        Assert.Equal(outage.TotalSeconds, turns.Current.TimeToSend!.Value.TotalSeconds, 0.01);
        Assert.Equal(1, turns.Current.TimeToAnswer!.Value.TotalSeconds, 0.5);
    }

    [Fact]
    public async Task While_a_turn_is_answered_or_handled_nothing_is_heard()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(2) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> first = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        Assert.True(voice.Conversation.IsListening);
        voice.Microphone.Say(50);
        await VoiceHarness.UntilAsync(() => !voice.Conversation.IsListening);
        voice.Microphone.Say(200); // the avatar, through a loudspeaker
        Assert.True(await voice.Channel.PumpAsync(first.AsTask()));
        voice.Microphone.Say(200);
        await voice.Channel.SettleAsync();
        Assert.Equal(1, voice.SentCount);
        Assert.False(voice.Conversation.IsListening);

        VoiceTurn second = await voice.TurnAsync(turns, loud: 30);
        Assert.True(second.Recording.Duration < TimeSpan.FromSeconds(1.6));
        Assert.Equal(2, voice.SentCount);
    }

    [Fact]
    public async Task It_listens_while_answering_where_that_is_wanted_and_the_turns_keep_their_order()
    {
        Queue<int> delays = new([9, 1]);
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(delays.Dequeue()) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan, static o => o.ListenWhileAnswering = true);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> first = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        voice.Microphone.Say(50);
        voice.Microphone.Say(30);
        await VoiceHarness.UntilAsync(() => voice.SentCount == 2);
        Assert.True(await voice.Channel.PumpAsync(first.AsTask()));
        Assert.Equal(1, turns.Current.Number);
        VoiceTurn second = (await voice.NextAsync(turns))!;
        Assert.Equal(2, second.Number);
        Assert.True(second.Recording.Duration < TimeSpan.FromSeconds(1.6), $"{second.Recording.Duration}");
    }

    [Fact]
    public async Task A_reader_that_is_slow_closes_the_microphone_and_loses_no_turn()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, configure: static o => o.ListenWhileAnswering = true);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> first = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        for (int i = 0; i < 20; i++)
        {
            voice.Microphone.Say(30);
        }
        Assert.True(await voice.Channel.PumpAsync(first.AsTask()));
        await VoiceHarness.UntilAsync(() => voice.SentCount == TurnQueue.Capacity && !voice.Conversation.IsListening);
        await voice.Channel.SettleAsync();
        Assert.Equal(TurnQueue.Capacity, voice.SentCount);

        for (int number = 2; number <= 20; number++)
        {
            Assert.Equal(number, (await voice.NextAsync(turns))!.Number);
        }
        Assert.Equal(20, voice.SentCount);
    }

    [Fact]
    public async Task A_turn_that_awaits_no_answer_is_over_when_it_is_written()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromMinutes(1) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan, static o => o.AwaitAnswers = false);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        VoiceTurn turn = await voice.TurnAsync(turns);
        Assert.Equal((null, null, TimeSpan.Zero, null), (turn.Answer, turn.Error, turn.TimeToSend, turn.TimeToAnswer));
        Assert.True(voice.Time.Elapsed < TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task A_lost_microphone_ends_the_loop_after_what_was_said_and_it_can_run_again()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, configure: static o => o.ListenWhileAnswering = true);
        RavatarAudioException lost = new(AudioErrorCode.MediaAborted, "unplugged");
        IAsyncEnumerable<VoiceTurn> run = voice.Conversation.RunAsync();
        await using (IAsyncEnumerator<VoiceTurn> turns = run.GetAsyncEnumerator())
        {
            ValueTask<bool> first = turns.MoveNextAsync();
            await voice.Microphone.HeardOutAsync();
            voice.Microphone.Say(50);
            voice.Microphone.End(lost);
            Assert.True(await voice.Channel.PumpAsync(first.AsTask()));
            Assert.Same(lost, await Assert.ThrowsAsync<RavatarAudioException>(() => voice.NextAsync(turns)));
        }
        await using IAsyncEnumerator<VoiceTurn> again = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Assert.Equal(2, (await voice.TurnAsync(again)).Number);
        Task<VoiceTurn?> next = voice.NextAsync(again);
        await voice.Microphone.HeardOutAsync();
        voice.Microphone.End();
        Assert.Null(await next);
    }

    [Fact]
    public async Task The_loop_ends_with_its_channel_closed_here_or_failed()
    {
        await using (VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad))
        {
            await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
            Task<VoiceTurn?> next = voice.NextAsync(turns);
            await voice.Microphone.HeardOutAsync();
            await voice.Channel.PumpAsync(voice.Channel.Chat.DisposeAsync().AsTask());
            Assert.Null(await next);
            Assert.False(voice.Microphone.IsRunning);
        }
        ModelPlan plan = new() { OnConnect = n => n == 1 ? null : 503 };
        ChatChannelOptions options = new() { Reconnect = { MaxAttempts = 2 } };
        await using VoiceHarness failing = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan, channelOptions: options);
        await using IAsyncEnumerator<VoiceTurn> lost = failing.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> first = lost.MoveNextAsync();
        await failing.Microphone.HeardOutAsync();
        failing.Channel.Service.Newest.Die();
        await failing.Channel.SettleAsync();
        failing.Microphone.Say(50);
        await VoiceHarness.UntilAsync(() => !failing.Conversation.IsListening);
        Assert.True(await failing.Channel.PumpAsync(first.AsTask()));
        Assert.IsType<RavatarConnectionException>(lost.Current.Error);
        Assert.Null(lost.Current.TimeToSend);
        await Assert.ThrowsAsync<RavatarConnectionException>(() => failing.NextAsync(lost));
    }
}
