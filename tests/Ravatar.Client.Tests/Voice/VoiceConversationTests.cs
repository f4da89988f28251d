using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Voice conversations of a client, with the fake service, in Chat Mode and in Live Mode.</summary>
public class VoiceConversationTests
{
    private static readonly VoiceConversationOptions Loudness = new() { Recorder = { Detector = new LoudnessDetector() } };

    [Fact]
    public async Task In_chat_mode_what_is_said_arrives_and_its_answer_comes()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.VadEnabled = true;
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        ScriptedMicrophone microphone = new();
        await using VoiceConversation conversation = client.CreateVoiceConversation(chat, microphone, Loudness);
        Assert.Equal(VoiceMode.Vad, conversation.Mode);

        VoiceTurn spoken = await OneTurnAsync(conversation, microphone);
        await conversation.SetModeAsync(VoiceMode.Record);
        VoiceTurn recorded = await OneTurnAsync(conversation, microphone);

        Assert.Equal("I heard a voice message of 1.4 s. How can I help?", spoken.Answer!.Text);
        Assert.Equal("a voice message of 1.4 s", spoken.Answer.Transcript);
        Assert.True(spoken.TimeToSend >= TimeSpan.Zero && spoken.TimeToAnswer > TimeSpan.Zero);
        Assert.Empty(server.Received.Violations);
        Assert.Equal([null, true], server.Received.Messages.Select(static m => m.IsPushToTalk));
        Assert.Equal([false, false], server.Received.Messages.Select(static m => m.IsLive));
        Assert.Equal(
            [spoken.Recording.Data.ToArray(), recorded.Recording.Data.ToArray()],
            server.Received.Messages.Select(static m => m.GetFile())
        );
    }

    [Fact]
    public async Task In_live_mode_recordings_belong_to_the_session()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.VadEnabled = true;
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync(Live(server));
        await using LiveSession session = await chat.StartLiveAsync();
        ScriptedMicrophone microphone = new();
        await using VoiceConversation conversation = client.CreateVoiceConversation(chat, microphone, Loudness);

        VoiceTurn turn = await OneTurnAsync(conversation, microphone);

        Assert.NotNull(turn.Answer);
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Equal((true, session.LicenseId, null), (message.IsLive, message.LicenseId, message.IsPushToTalk));
        Assert.Equal(turn.Recording.Data.ToArray(), message.GetFile());
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task Streamed_to_a_live_session_a_closed_microphone_is_silence_without_a_gap()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync(Live(server));
        await using LiveSession session = await chat.StartLiveAsync();
        ScriptedMicrophone microphone = new();
        await using VoiceConversation conversation = client.CreateVoiceConversation(chat, microphone, Loudness);
        Assert.Equal(VoiceMode.PushToTalk, conversation.Mode); // vadEnabled is false

        Task<LiveStreamResult> streaming = conversation.StreamAsync(session);
        await Assert.ThrowsAsync<InvalidOperationException>(() => conversation.StreamAsync(session));
        List<byte> expected = [];
        await SpeakAsync(heard: false); // the button is up
        await conversation.PressAsync();
        await SpeakAsync(heard: true);
        Assert.True(conversation.Level.PeakDbfs > -20);
        conversation.IsMuted = true;
        await SpeakAsync(heard: false);
        conversation.IsMuted = false;
        Assert.True(conversation.IsListening);
        Assert.True(await conversation.ReleaseAsync());
        await SpeakAsync(heard: false);
        await conversation.SetModeAsync(VoiceMode.Vad);
        await SpeakAsync(heard: true);
        using (conversation.PauseListening())
        {
            await SpeakAsync(heard: false);
        }
        microphone.End();
        LiveStreamResult result = await streaming;

        int frames = (expected.Count + 8_191) / 8_192;
        expected.AddRange(new byte[(frames * 8_192) - expected.Count]);
        Assert.Equal(new LiveStreamResult(frames, 0), result);
        await server.Received.WaitForMessagesAsync(frames);
        Assert.Equal(expected, server.Live.All[0].GetAudio());
        Assert.Empty(server.Received.Violations);

        async Task SpeakAsync(bool heard)
        {
            await microphone.HeardOutAsync();
            byte[] audio = microphone.Say(loud: 40, quiet: 0);
            expected.AddRange(heard ? audio : new byte[audio.Length]);
            await microphone.HeardOutAsync();
        }
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_its_conversation_or_its_session()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync(Live(server));
        await using LiveSession session = await chat.StartLiveAsync();
        ScriptedMicrophone microphone = new();
        VoiceConversation conversation = client.CreateVoiceConversation(chat, microphone, Loudness);
        using CancellationTokenSource cancellation = new();
        Task<LiveStreamResult> cancelled = conversation.StreamAsync(session, cancellationToken: cancellation.Token);
        await microphone.HeardOutAsync();
        await cancellation.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, e.CancellationToken);
        Assert.True(session.IsRunning);

        Task<LiveStreamResult> disposed = conversation.StreamAsync(session);
        await conversation.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
        Assert.False(microphone.IsRunning);

        await using VoiceConversation another = client.CreateVoiceConversation(chat, microphone, Loudness);
        Task<LiveStreamResult> ended = another.StreamAsync(session);
        await session.EndAsync();
        Assert.Equal(new LiveStreamResult(0, 0), await ended);
    }

    [Fact]
    public async Task Bad_arguments_are_named()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = Client(server);
        await using ChatChannel chat = await client.OpenChatAsync();
        ScriptedMicrophone microphone = new();
        Assert.Throws<ArgumentNullException>("chat", () => client.CreateVoiceConversation(null!, microphone));
        Assert.Throws<ArgumentNullException>("source", () => client.CreateVoiceConversation(chat, null!));
        Assert.Throws<ArgumentOutOfRangeException>("Mode", () => Create(new() { Mode = (VoiceMode)7 }));
        Assert.Throws<ArgumentOutOfRangeException>("AnswerTimeout", () => Create(new() { AnswerTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>("EndSilence", () => Create(new() { Recorder = { EndSilence = TimeSpan.Zero } }));
        Assert.Throws<ArgumentNullException>("Recorder", () => Create(new() { Recorder = null! }));
        await client.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => Create(new()));

        VoiceConversation Create(VoiceConversationOptions options) => client.CreateVoiceConversation(chat, microphone, options);
    }

    private static async Task<VoiceTurn> OneTurnAsync(VoiceConversation conversation, ScriptedMicrophone microphone)
    {
        await using IAsyncEnumerator<VoiceTurn> turns = conversation.RunAsync().GetAsyncEnumerator();
        Task<bool> next = turns.MoveNextAsync().AsTask();
        if (conversation.Mode == VoiceMode.Vad)
        {
            await microphone.HeardOutAsync();
            microphone.Say(50);
        }
        else
        {
            await conversation.PressAsync();
            microphone.Say(50, quiet: 0);
            Assert.True(await conversation.ReleaseAsync());
        }
        Assert.True(await next.WaitAsync(ManualTimeProvider.HangGuard));
        return turns.Current;
    }

    private static RavatarClient Client(FakeRavatarServer server) => new(new() { UserId = "user-1", BaseAddress = server.BaseAddress });

    private static ChatOptions Live(FakeRavatarServer server) =>
        new() { AvatarId = server.Configuration.Avatars.First(static a => a.HasLiveMode == true).Id };
}
