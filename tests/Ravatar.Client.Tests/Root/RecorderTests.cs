using Xunit;

namespace Ravatar.Client.Tests;

public class RecorderTests
{
    [Fact]
    public async Task A_recorder_of_the_client_runs_on_the_clients_clock_and_heeds_its_options()
    {
        await using TestClient test = new();
        await using CallbackAudioSource source = new(AudioFormat.Voice);
        await using VoiceRecorder recorder = test.Client.CreateRecorder(source, new() { MinHold = TimeSpan.FromSeconds(3) });
        await recorder.PressAsync(TestContext.Current.CancellationToken);
        test.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Null(await recorder.ReleaseAsync(TestContext.Current.CancellationToken));

        await recorder.PressAsync(TestContext.Current.CancellationToken);
        source.Write(new byte[320]);
        test.Time.Advance(TimeSpan.FromSeconds(3));
        WavRecording? recording = await recorder.ReleaseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(320, recording!.Pcm.Length);
        Assert.Empty(test.Server.Seen);
    }

    [Fact]
    public async Task Neither_the_recorder_nor_the_client_disposes_the_source()
    {
        await using CallbackAudioSource source = new(AudioFormat.Voice);
        await using (TestClient test = new())
        {
            await using VoiceRecorder recorder = test.Client.CreateRecorder(source);
        }
        await source.StartAsync(TestContext.Current.CancellationToken);
        source.Write(new byte[320]);
        Assert.Equal(320, await source.ReadAsync(new byte[320], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_recorder_outlives_its_client_and_a_disposed_client_makes_none()
    {
        await using CallbackAudioSource source = new(AudioFormat.Voice);
        TestClient test = new();
        await using VoiceRecorder recorder = test.Client.CreateRecorder(source);
        await test.DisposeAsync();
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        await recorder.StopAsync(TestContext.Current.CancellationToken);
        Assert.Throws<ObjectDisposedException>(() => test.Client.CreateRecorder(source));
    }

    [Fact]
    public async Task Bad_arguments_are_named()
    {
        await using TestClient test = new();
        await using CallbackAudioSource source = new(AudioFormat.Voice);
        Assert.Throws<ArgumentNullException>("source", () => test.Client.CreateRecorder(null!));
        Assert.Throws<ArgumentOutOfRangeException>("EndSilence", () => test.Client.CreateRecorder(source, new() { EndSilence = default }));
    }
}
