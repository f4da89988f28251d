using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The voice sample with a real microphone.</summary>
[Collection(nameof(MicrophoneTests))]
public sealed class VoiceSampleMicrophoneTests
{
    [Fact]
    public async Task Speech_that_is_played_is_what_the_sample_sends_and_the_answer_is_a_line()
    {
        VirtualMicrophone.Require();
        await using VirtualMicrophone pulse = await VirtualMicrophone.StartAsync();
        string speech = await pulse.SpeakAsync("Good morning. What can you do for me today?");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static _ => new FakeAnswer("Everything."));
        using SampleProcess sample = SampleProcess.Start(
            "Ravatar.Samples.Voice",
            ["--url", server.BaseAddress.AbsoluteUri, "--microphone", "--mode", "record"]
        );

        await sample.Input.WriteAsync("\n");
        await sample.Input.FlushAsync(TestContext.Current.CancellationToken);
        await sample.WaitForErrorAsync("Recording.");
        await pulse.PlayAsync(speech);
        sample.Input.Close(); // the end of the input ends the recording as well
        SampleResult result = await sample.EndAsync();

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["Everything."], result.Lines);
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Empty(server.Received.Violations);
        Assert.True(message.IsPushToTalk);
        double correlation = await Speech.CorrelationAsync(speech, new WavRecording(message.GetFile(), isPushToTalk: true));
        Assert.True(correlation >= 0.99, $"The recording correlates by {correlation}.");
    }
}
