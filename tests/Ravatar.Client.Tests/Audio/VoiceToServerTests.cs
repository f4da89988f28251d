using System.Diagnostics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>From a file to what the service receives.</summary>
public sealed class VoiceToServerTests
{
    [Fact]
    public async Task A_44_kHz_stereo_file_arrives_as_one_16_kHz_mono_wav_that_sounds_the_same()
    {
        Needs.Programs("sox", "espeak-ng");
        string folder = Directory.CreateTempSubdirectory("voice-to-server").FullName;
        try
        {
            string raw = Path.Combine(folder, "raw.wav");
            string stereo = Path.Combine(folder, "stereo44k1.wav");
            string reference = Path.Combine(folder, "reference.wav");
            await RunAsync("espeak-ng", "-w", raw, "What can you do for me today?");
            await RunAsync("sox", raw, "-r", "44100", "-c", "2", "-b", "16", stereo, "gain", "-6", "rate", "-h");
            await RunAsync("sox", "-D", stereo, "-r", "16000", "-c", "1", "-b", "16", reference, "rate", "-h");

            await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
            await using var client = new RavatarClient(new RavatarClientOptions { UserId = "user-1", BaseAddress = server.BaseAddress });
            await using ChatChannel chat = await client.OpenChatAsync();
            await using WavAudioSource file = await WavAudioSource.OpenAsync(stereo);
            await using var recorder = new VoiceRecorder(file);
            ChatAnswer answer = await chat.AskAsync(await recorder.RecordToEndAsync());

            Assert.NotNull(answer.Text);
            ReceivedMessage message = Assert.Single(server.Received.Messages);
            Assert.Empty(message.Violations);
            Assert.True(message.IsPushToTalk);
            await using WavAudioSource received = await WavAudioSource.OpenAsync(new MemoryStream(message.GetFile()));
            Assert.Equal(AudioFormat.Voice, received.Format);
            short[] samples = await Speech.ReadAsync(received);
            await using WavAudioSource expected = await WavAudioSource.OpenAsync(reference);
            short[] wanted = await Speech.ReadAsync(expected);
            Assert.InRange(samples.Length, wanted.Length - 1, wanted.Length + 1);
            Assert.True(Speech.CorrelateAt(wanted, samples, shift: 0) >= 0.999);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
