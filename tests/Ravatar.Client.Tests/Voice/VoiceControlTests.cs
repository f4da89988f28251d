using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What the user and the app do with the microphone: buttons, modes, mute, typing, pauses, and the end.</summary>
[Collection<ModelCollection>]
public class VoiceControlTests
{
    [Fact]
    public async Task A_held_button_records_a_turn_and_a_short_or_cancelled_hold_none()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.PushToTalk);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Task<VoiceTurn?> next = voice.NextAsync(turns);
        Assert.False(await voice.HoldAsync(190));
        await voice.Conversation.PressAsync();
        Assert.True(voice.Conversation.IsListening);
        await voice.Conversation.CancelAsync();
        Assert.False(voice.Conversation.IsListening);
        await Assert.ThrowsAsync<InvalidOperationException>(() => voice.Conversation.ReleaseAsync());
        Assert.True(await voice.HoldAsync(200));

        VoiceTurn turn = (await next)!;
        Assert.True(turn.Recording.IsPushToTalk);
        Assert.Equal((1, 200.0), (turn.Number, turn.Recording.Duration.TotalMilliseconds));
        Assert.Equal(1, voice.SentCount);
    }

    [Fact]
    public async Task A_tap_is_a_tap_however_long_the_microphone_takes_to_open()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.PushToTalk);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> next = turns.MoveNextAsync();
        var opening = new TaskCompletionSource();
        voice.Microphone.Opening = opening.Task;
        voice.Microphone.First = new byte[3_200];
        Task pressing = voice.Conversation.PressAsync();
        voice.Time.Advance(TimeSpan.FromMilliseconds(100));
        Task<bool> releasing = voice.Conversation.ReleaseAsync();
        voice.Time.Advance(TimeSpan.FromMilliseconds(500));

        opening.SetResult();

        await voice.Channel.PumpAsync(pressing);
        Assert.False(await voice.Channel.PumpAsync(releasing));
        Assert.False(voice.Microphone.IsRunning);
        Assert.False(next.IsCompleted);
        await voice.Conversation.DisposeAsync();
        Assert.False(await next);
    }

    [Fact]
    public async Task A_hold_is_a_hold_however_long_the_one_before_takes_to_end()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.PushToTalk);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> next = turns.MoveNextAsync();
        voice.Microphone.First = new byte[3_200];
        var closing = new TaskCompletionSource();
        await voice.Conversation.PressAsync();
        voice.Microphone.Closing = closing.Task;
        Task<bool> tapped = voice.Conversation.ReleaseAsync();
        Task pressing = voice.Conversation.PressAsync();
        voice.Time.Advance(TimeSpan.FromMilliseconds(300));
        Task<bool> releasing = voice.Conversation.ReleaseAsync();
        voice.Time.Advance(TimeSpan.FromMilliseconds(300));

        closing.SetResult();

        Assert.False(await voice.Channel.PumpAsync(tapped));
        await voice.Channel.PumpAsync(pressing);
        Assert.True(await voice.Channel.PumpAsync(releasing));
        Assert.True(await voice.Channel.PumpAsync(next.AsTask()));
        Assert.Equal(100, turns.Current.Recording.Duration.TotalMilliseconds);
    }

    [Fact]
    public async Task Start_and_stop_have_no_shortest_hold_and_silence_of_no_length_is_not_sent()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Record);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Task<VoiceTurn?> next = voice.NextAsync(turns);
        Assert.False(await voice.HoldAsync(0));
        Assert.True(await voice.HoldAsync(50));
        VoiceTurn turn = (await next)!;
        Assert.True(turn.Recording.IsPushToTalk);
        Assert.Equal(50, turn.Recording.Duration.TotalMilliseconds);
    }

    [Fact]
    public async Task A_button_needs_a_run_a_mode_and_room()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.PushToTalk);
        await Assert.ThrowsAsync<InvalidOperationException>(() => voice.Conversation.PressAsync());
        IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> first = turns.MoveNextAsync();
        Assert.Throws<InvalidOperationException>(() => voice.Conversation.RunAsync());
        for (int i = 0; i < TurnQueue.Capacity; i++)
        {
            Assert.True(await voice.HoldAsync(200));
        }
        await Assert.ThrowsAsync<InvalidOperationException>(() => voice.Conversation.PressAsync());
        Assert.True(await voice.Channel.PumpAsync(first.AsTask()));
        Assert.Equal(2, (await voice.NextAsync(turns))!.Number);
        Assert.True(await voice.HoldAsync(200));

        await voice.Conversation.SetModeAsync(VoiceMode.Vad);
        await Assert.ThrowsAsync<InvalidOperationException>(() => voice.Conversation.PressAsync());
        await turns.DisposeAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => voice.Conversation.SetModeAsync((VoiceMode)9));
    }

    [Fact]
    public async Task A_finished_run_gives_the_turns_under_way_and_ends()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(3) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.PushToTalk, plan);
        await voice.Conversation.FinishAsync(); // nothing runs
        IAsyncEnumerable<VoiceTurn> run = voice.Conversation.RunAsync();
        Assert.True(await voice.HoldAsync(200));
        Assert.True(await voice.HoldAsync(200));
        await voice.Conversation.PressAsync();
        await voice.Conversation.FinishAsync();
        Assert.False(voice.Microphone.IsRunning);
        await Assert.ThrowsAsync<InvalidOperationException>(() => voice.Conversation.PressAsync());
        await voice.Conversation.SetModeAsync(VoiceMode.Vad);
        Assert.False(voice.Microphone.IsRunning);

        await using (IAsyncEnumerator<VoiceTurn> turns = run.GetAsyncEnumerator())
        {
            Assert.NotNull((await voice.NextAsync(turns))!.Answer);
            Assert.NotNull((await voice.NextAsync(turns))!.Answer);
            Assert.Null(await voice.NextAsync(turns));
        }
        await using IAsyncEnumerator<VoiceTurn> again = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Assert.Equal(3, (await voice.TurnAsync(again)).Number);
    }

    [Fact]
    public async Task The_mode_changes_while_it_runs_and_what_was_being_said_is_discarded()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Task<bool> next = turns.MoveNextAsync().AsTask();
        await voice.Microphone.HeardOutAsync();
        voice.Microphone.Say(50, quiet: 10);
        await voice.Microphone.HeardOutAsync();
        await voice.Conversation.SetModeAsync(VoiceMode.PushToTalk);
        Assert.False(voice.Microphone.IsRunning);
        Assert.True(await voice.HoldAsync(300));
        Assert.True(await voice.Channel.PumpAsync(next));
        Assert.True(turns.Current.Recording.IsPushToTalk);

        await voice.Conversation.PressAsync();
        next = turns.MoveNextAsync().AsTask();
        await voice.Conversation.SetModeAsync(VoiceMode.Vad);
        await voice.SayAsync();
        Assert.True(await voice.Channel.PumpAsync(next));
        Assert.False(turns.Current.Recording.IsPushToTalk);
        Assert.Equal(2, voice.SentCount);
    }

    [Fact]
    public async Task Typing_closes_the_open_microphone_until_the_text_is_sent()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(1) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> next = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        voice.Conversation.IsTyping = true;
        Assert.False(voice.Conversation.IsListening);
        voice.Microphone.Say(50);
        await voice.Microphone.HeardOutAsync();
        Assert.Equal(0, voice.SentCount);

        Task<ChatAnswer> asked = voice.Conversation.AskAsync("typed");
        Assert.Equal((false, false), (voice.Conversation.IsTyping, voice.Conversation.IsListening));
        voice.Microphone.Say(50); // the avatar's answer
        await voice.Microphone.HeardOutAsync();
        Assert.Equal("re: typed #0", (await voice.Channel.PumpAsync(asked)).Text);
        Assert.True(voice.Conversation.IsListening);
        await voice.Microphone.HeardOutAsync();
        voice.Microphone.Say(50);
        Assert.True(await voice.Channel.PumpAsync(next.AsTask()));
        Assert.Equal((1, 2), (turns.Current.Number, voice.SentCount));
    }

    [Fact]
    public async Task A_manual_mute_persists_whatever_is_typed_and_paused()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        ValueTask<bool> next = turns.MoveNextAsync();
        await voice.Microphone.HeardOutAsync();
        voice.Conversation.IsMuted = true;
        voice.Conversation.IsTyping = true;
        await voice.Channel.PumpAsync(voice.Conversation.AskAsync("typed"));
        voice.Conversation.PauseListening().Dispose();
        Assert.True(voice.Conversation.IsMuted);
        voice.Microphone.Say(50);
        await voice.Microphone.HeardOutAsync();
        Assert.Equal((1, false), (voice.SentCount, voice.Conversation.IsListening));

        voice.Conversation.IsMuted = false;
        await voice.Microphone.HeardOutAsync();
        voice.Microphone.Say(50);
        Assert.True(await voice.Channel.PumpAsync(next.AsTask()));
    }

    [Fact]
    public async Task Overlapping_pauses_close_the_open_microphone_until_the_last_has_ended_and_no_button()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad);
        await using IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator();
        Task<VoiceTurn?> next = voice.NextAsync(turns);
        await voice.Microphone.HeardOutAsync();
        IDisposable video = voice.Conversation.PauseListening();
        IDisposable sound = voice.Conversation.PauseListening();
        sound.Dispose();
        sound.Dispose();
        Assert.False(voice.Conversation.IsListening);
        video.Dispose();
        Assert.True(voice.Conversation.IsListening);

        using IDisposable again = voice.Conversation.PauseListening();
        await voice.Conversation.SetModeAsync(VoiceMode.PushToTalk);
        await voice.HoldAsync(300);
        Assert.Contains((await next)!.Recording.Pcm.ToArray(), static b => b != 0);
    }

    [Fact]
    public async Task Cancellation_carries_the_callers_token_and_stops_the_source()
    {
        ModelPlan plan = new() { AnswerDelay = () => TimeSpan.FromSeconds(9) };
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad, plan);
        using CancellationTokenSource cancellation = new();
        await using (IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync(cancellation.Token).GetAsyncEnumerator())
        {
            ValueTask<bool> next = turns.MoveNextAsync();
            await voice.SayAsync();
            await cancellation.CancelAsync();
            OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask());
            Assert.Equal(cancellation.Token, e.CancellationToken);
        }
        Assert.Equal((1, false), (voice.SentCount, voice.Microphone.IsRunning));
        Assert.ThrowsAny<OperationCanceledException>(() => voice.Conversation.RunAsync(cancellation.Token));
    }

    [Fact]
    public async Task Disposal_where_the_turns_are_read_ends_the_loop()
    {
        await using VoiceHarness voice = await VoiceHarness.OpenAsync(VoiceMode.Vad);
        await using (IAsyncEnumerator<VoiceTurn> turns = voice.Conversation.RunAsync().GetAsyncEnumerator())
        {
            Assert.NotNull((await voice.TurnAsync(turns)).Answer);
            await voice.Conversation.DisposeAsync();
            Assert.False(voice.Microphone.IsRunning);
            Assert.Null(await voice.NextAsync(turns));
        }
        Assert.Throws<ObjectDisposedException>(() => voice.Conversation.RunAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => voice.Conversation.PressAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => voice.Conversation.AskAsync("typed"));
    }
}
