using System.Diagnostics;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A voice conversation on the model, with a scripted microphone.</summary>
internal sealed class VoiceHarness(ChannelHarness channel, VoiceConversation conversation, ScriptedMicrophone microphone) : IAsyncDisposable
{
    public ChannelHarness Channel => channel;

    public VoiceConversation Conversation => conversation;

    public ScriptedMicrophone Microphone => microphone;

    public ManualTimeProvider Time => channel.Time;

    public int SentCount => channel.Service.Received.Count;

    public static async Task<VoiceHarness> OpenAsync(
        VoiceMode mode,
        ModelPlan? plan = null,
        Action<VoiceConversationOptions>? configure = null,
        ChatChannelOptions? channelOptions = null
    )
    {
        plan ??= new ModelPlan();
        plan.Patience = TimeSpan.FromMilliseconds(25); // audio is worked on between two steps of the model
        ChannelHarness channel = await ChannelHarness.OpenAsync(plan, channelOptions);
        VoiceConversationOptions options = new() { Recorder = { Detector = new LoudnessDetector() } };
        configure?.Invoke(options);
        ScriptedMicrophone microphone = new();
        return new VoiceHarness(channel, new VoiceConversation(channel.Chat, microphone, options, mode, channel.Time), microphone);
    }

    /// <summary>Says an utterance as soon as the microphone is listened to, and waits until it is sent. The clock stands still.</summary>
    public async Task SayAsync(int loud = 50)
    {
        await microphone.HeardOutAsync();
        int before = SentCount;
        microphone.Say(loud);
        await UntilAsync(() => SentCount > before);
    }

    /// <summary>Says an utterance, and gives the turn that it becomes.</summary>
    public async Task<VoiceTurn> TurnAsync(IAsyncEnumerator<VoiceTurn> turns, int loud = 50)
    {
        Task<bool> next = turns.MoveNextAsync().AsTask();
        await SayAsync(loud);
        Assert.True(await channel.PumpAsync(next));
        return turns.Current;
    }

    /// <summary>Waits until it is so. The clock stands still.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            await Task.Yield();
            Thread.Yield();
            Assert.True(Stopwatch.GetElapsedTime(start) < ManualTimeProvider.HangGuard, "What was waited for has not happened.");
        }
    }

    /// <summary>Holds the button for so long.</summary>
    public async Task<bool> HoldAsync(int milliseconds)
    {
        await conversation.PressAsync();
        microphone.Say(loud: milliseconds / 10, quiet: 0);
        channel.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return await channel.PumpAsync(conversation.ReleaseAsync());
    }

    /// <summary>The next turn; null at the end.</summary>
    public async Task<VoiceTurn?> NextAsync(IAsyncEnumerator<VoiceTurn> turns) =>
        await channel.PumpAsync(turns.MoveNextAsync().AsTask()) ? turns.Current : null;

    public async ValueTask DisposeAsync()
    {
        await channel.PumpAsync(conversation.DisposeAsync().AsTask());
        await channel.DisposeAsync();
    }
}
