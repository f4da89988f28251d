using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Real captures through ALSA and PulseAudio. One after the other: the C library's environment is the whole process's.</summary>
[CollectionDefinition(nameof(MicrophoneTests), DisableParallelization = true)]
[Collection(nameof(MicrophoneTests))]
public sealed class MicrophoneTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);

    // What a user waits for at the most before a failure shows, whatever the failure is.
    private static readonly TimeSpan s_failure = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Speech_that_is_played_is_what_the_service_receives()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        string speech = await pulse.SpeakAsync("Good morning. What can you do for me today?");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using var client = new RavatarClient(new RavatarClientOptions { UserId = "user-1", BaseAddress = server.BaseAddress });
        await using ChatChannel chat = await client.OpenChatAsync();
        await using IAudioSource microphone = Microphone.Open();
        await using var recorder = new VoiceRecorder(microphone);

        await recorder.StartAsync();
        await pulse.PlayAsync(speech);
        await chat.AskAsync(await recorder.StopAsync());

        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Empty(message.Violations);
        Assert.True(message.IsPushToTalk);
        double correlation = await Speech.CorrelationAsync(speech, new WavRecording(message.GetFile(), isPushToTalk: true));
        Assert.True(correlation >= 0.99, $"The recording correlates by {correlation}.");
    }

    [Fact]
    public async Task An_utterance_ends_by_itself_and_the_microphone_serves_the_next_one()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        string speech = await pulse.SpeakAsync("Tell me a story, please.");
        await using IAudioSource microphone = Microphone.Open("default", new MicrophoneConstraints { SampleRate = 44_100, Channels = 2 });
        Assert.Equal(44_100, microphone.Format.SampleRate);
        Assert.Equal(2, microphone.Format.Channels);
        await using var recorder = new VoiceRecorder(microphone);
        for (int i = 0; i < 2; i++)
        {
            Task<WavRecording> utterance = recorder.RecordUtteranceAsync();
            await pulse.PlayAsync(speech);

            WavRecording recording = await utterance.WaitAsync(s_guard);
            Assert.InRange(recording.Duration, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(5));
            Assert.False(recording.IsPushToTalk);
        }
    }

    [Fact]
    public async Task A_source_that_is_unloaded_while_capturing_is_aborted_and_the_next_open_works()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        await pulse.ControlAsync("load-module", "module-null-sink", "sink_name=other", "norewinds=1");
        await using (IAudioSource microphone = Microphone.Open("pulse:other.monitor"))
        {
            await microphone.StartAsync();
            Task<RavatarAudioException> lost = ReadUntilLostAsync(microphone);
            await pulse.ControlAsync("unload-module", "module-null-sink");

            Assert.Equal(AudioErrorCode.MediaAborted, (await lost.WaitAsync(s_failure)).Code);
            await Assert.ThrowsAsync<RavatarAudioException>(async () => await microphone.StartAsync());
        }
        await pulse.ControlAsync("load-module", "module-null-sink", "sink_name=other", "norewinds=1");
        await CaptureSomethingAsync("pulse:other.monitor");
    }

    [Fact]
    public async Task A_suspended_source_is_aborted_within_3_seconds_and_the_same_microphone_starts_again()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        await using IAudioSource microphone = Microphone.Open();
        await microphone.StartAsync();
        await ReadSomethingAsync(microphone);
        await pulse.ControlAsync("suspend-sink", "virtual_sink", "1");
        Task<RavatarAudioException> lost = ReadUntilLostAsync(microphone);

        Assert.Equal(AudioErrorCode.MediaAborted, (await lost.WaitAsync(s_failure)).Code);

        await pulse.ControlAsync("suspend-sink", "virtual_sink", "0");
        await microphone.StartAsync();
        await ReadSomethingAsync(microphone);
    }

    [Fact]
    public async Task A_server_that_dies_is_aborted_and_no_server_is_no_microphone()
    {
        VirtualMicrophone.Require();
        await using (VirtualMicrophone pulse = await VirtualMicrophone.StartAsync())
        {
            await using IAudioSource microphone = Microphone.Open();
            await microphone.StartAsync();
            await ReadSomethingAsync(microphone);
            await pulse.KillAsync();

            Assert.Equal(AudioErrorCode.MediaAborted, (await ReadUntilLostAsync(microphone).WaitAsync(s_failure)).Code);
            await AssertNoMicrophoneAsync("pulse");
        }
        await AssertNoMicrophoneAsync("pulse");

        await using VirtualMicrophone again = await VirtualMicrophone.StartAsync();
        await CaptureSomethingAsync(null);
    }

    [Fact]
    public async Task A_bad_name_and_an_impossible_rate_have_their_codes()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();

        await AssertNoMicrophoneAsync("no-such-device");
        await AssertNoMicrophoneAsync("pulse:no-such-source");
        await AssertNoMicrophoneAsync("hw:7,0");
        foreach (int rate in (int[])[1, 7_999, 1_000_000])
        {
            await AssertRefusedAsync(
                AudioErrorCode.InvalidMediaConstraints,
                null,
                new MicrophoneConstraints { SampleRate = rate, Exact = true }
            );
            await using IAudioSource fallback = Microphone.Open(null, new MicrophoneConstraints { SampleRate = rate });
            Assert.Equal(48_000, fallback.Format.SampleRate);
        }
        await CaptureSomethingAsync(null);
    }

    [Fact]
    public async Task Devices_are_listed_the_default_first()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();

        IReadOnlyList<MicrophoneDevice> devices = Microphone.ListDevices();
        Assert.Contains(devices, d => d.Id == "pulse");
        Assert.DoesNotContain(devices, d => d.Id == "null");
    }

    [Fact]
    public async Task Starting_and_stopping_in_any_order_is_harmless()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        IAudioSource microphone = Microphone.Open();
        await microphone.StopAsync();
        for (int i = 0; i < 5; i++)
        {
            await microphone.StartAsync();
            await microphone.StartAsync();
            await ReadSomethingAsync(microphone);
            await microphone.StopAsync();
            await microphone.StopAsync();
        }
        await microphone.StartAsync();
        await microphone.DisposeAsync();
        await microphone.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await microphone.StartAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("de\0fault")]
    public void A_name_that_is_none_is_refused(string name) => Assert.Throws<ArgumentException>("device", () => Microphone.Open(name));

    [Fact]
    public void Constraints_are_positive()
    {
        Assert.Throws<ArgumentException>("constraints", () => Microphone.Open(null, new MicrophoneConstraints { SampleRate = 0 }));
        Assert.Throws<ArgumentException>("constraints", () => Microphone.Open(null, new MicrophoneConstraints { Channels = -1 }));
    }

    private static Task AssertNoMicrophoneAsync(string device) => AssertRefusedAsync(AudioErrorCode.NoSpecifiedMediaFound, device);

    private static async Task AssertRefusedAsync(AudioErrorCode code, string? device, MicrophoneConstraints? constraints = null)
    {
        Task<IBufferedAudioSource> open = Task.Run(() => Microphone.Open(device, constraints));
        Assert.Equal(code, (await Assert.ThrowsAsync<RavatarAudioException>(() => open.WaitAsync(s_failure))).Code);
    }

    private static async Task CaptureSomethingAsync(string? device)
    {
        await using IAudioSource microphone = Microphone.Open(device);
        await microphone.StartAsync();
        await ReadSomethingAsync(microphone);
        await microphone.StopAsync();
    }

    private static async Task ReadSomethingAsync(IAudioSource microphone) =>
        Assert.True(await microphone.ReadAsync(new byte[4_800]).AsTask().WaitAsync(s_guard) > 0);

    private static async Task<RavatarAudioException> ReadUntilLostAsync(IAudioSource microphone)
    {
        var buffer = new byte[9_600];
        try
        {
            while (await microphone.ReadAsync(buffer) > 0) { }
        }
        catch (RavatarAudioException e)
        {
            return e;
        }
        throw new InvalidOperationException("The microphone ended without an error.");
    }
}
