using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The voice sample as a program, with files in place of a microphone.</summary>
public sealed class VoiceSampleTests : IDisposable
{
    private const string Name = "Ravatar.Samples.Voice";
    private static readonly AudioFormat s_stereo = new(44_100, 2, AudioEncoding.Int16);
    private readonly string _folder = Directory.CreateTempSubdirectory("voice-sample").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_is_sent_as_one_16_kHz_mono_recording_that_the_user_ended()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static _ => new FakeAnswer("I heard\nyou."));
        double[] signal = Signal.Tone(44_100, 440, 0.5, seconds: 1.5);
        string file = await WriteAsync("stereo44k1.wav", signal);

        SampleResult result = await RunAsync(server, "--wav", file, "--mode", "record", "--save", Path.Combine(_folder, "sent.wav"));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(["I heard you."], result.Lines);
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Empty(server.Received.Violations);
        Assert.True(message.IsPushToTalk);
        byte[] sent = message.GetFile();
        Assert.Equal(Signal.Convert(Signal.Encode(signal, s_stereo), s_stereo), sent[44..]);
        await using WavAudioSource received = await WavAudioSource.OpenAsync(new MemoryStream(sent));
        Assert.Equal(AudioFormat.Voice, received.Format);
        Assert.Equal(sent, await File.ReadAllBytesAsync(Path.Combine(_folder, "sent.wav"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_sent_sounds_as_sox_converts_the_same_file()
    {
        string speech = await SpeakAsync("What can you do for me today?");
        string reference = Path.Combine(_folder, "reference.wav");
        await SoxAsync("-D", speech, "-r", "16000", "-c", "1", "-b", "16", reference, "rate", "-h");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();

        SampleResult result = await RunAsync(server, "--wav", speech, "--mode", "record");

        Assert.Equal(0, result.ExitCode);
        await using WavAudioSource received = await WavAudioSource.OpenAsync(
            new MemoryStream(Assert.Single(server.Received.Messages).GetFile())
        );
        await using WavAudioSource expected = await WavAudioSource.OpenAsync(reference);
        short[] samples = await Speech.ReadAsync(received);
        short[] wanted = await Speech.ReadAsync(expected);
        Assert.InRange(samples.Length, wanted.Length - 1, wanted.Length + 1);
        Assert.True(Speech.CorrelateAt(wanted, samples, shift: 0) >= 0.99);
    }

    [Fact]
    public async Task By_voice_activity_each_utterance_of_a_file_is_a_message_and_a_file()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.VadEnabled = true;
        server.Chat.AnswerWith(_ => new FakeAnswer($"answer {server.Received.MessageCount}"));
        double[] pause = new double[2 * 44_100];
        double[] file = [.. pause, .. Voice(440), .. pause, .. Voice(600), .. pause];

        SampleResult result = await RunAsync(server, "--wav", await WriteAsync("two.wav", file), "--save", Path.Combine(_folder, "u.wav"));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(["answer 1", "answer 2"], result.Lines);
        Assert.Empty(server.Received.Violations);
        Assert.All(server.Received.Messages, static m => Assert.NotEqual(true, m.IsPushToTalk));
        string[] saved = ["u.wav", "u-2.wav"];
        Assert.Equal(
            server.Received.Messages.Select(static m => m.GetFile().Length),
            saved.Select(f => (int)new FileInfo(Path.Combine(_folder, f)).Length)
        );
    }

    [Fact]
    public async Task What_nobody_asked_for_is_told_with_the_next_answer_and_not_at_the_end()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Configuration.VadEnabled = true;
        server.Chat.AnswerWith(static _ => null);
        double[] pause = new double[2 * 44_100];
        string file = await WriteAsync("two.wav", [.. pause, .. Voice(440), .. pause, .. Voice(600), .. pause]);
        using SampleProcess process = SampleProcess.Start(Name, ["--url", server.BaseAddress.AbsoluteUri, "--wav", file]);
        await server.Received.WaitForMessagesAsync(1, TestContext.Current.CancellationToken);
        await PushAsync(server, """{"type":"incoming","answer":"hush","request":"other","chat_type":"text"}""");
        await PushAsync(server, """{"type":"incoming","answer":"first","chat_type":"voice"}""");
        await process.WaitForOutputAsync("first");
        await process.WaitForErrorAsync("hush");
        await server.Received.WaitForMessagesAsync(2, TestContext.Current.CancellationToken);
        await PushAsync(server, """{"type":"incoming","answer":"second","chat_type":"voice"}""");
        SampleResult result = await process.EndAsync();
        Assert.Equal((0, "first\nsecond\n"), (result.ExitCode, result.Output));
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_file_in_which_nobody_speaks_sends_nothing_by_voice_activity()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        SampleResult result = await RunAsync(server, "--wav", await WriteAsync("silence.wav", new double[88_200]), "--mode", "vad");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains("Nobody spoke", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, server.Received.MessageCount);
    }

    [Fact]
    public async Task A_file_without_audio_ends_with_2_and_sends_nothing()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        SampleResult result = await RunAsync(server, "--wav", await WriteAsync("empty.wav", []), "--mode", "record");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("holds no audio", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, server.Received.MessageCount);
    }

    [Fact]
    public async Task No_answer_to_a_recording_ends_with_6()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static _ => null);
        string file = await WriteAsync("tone.wav", Voice(440));
        SampleResult result = await RunAsync(server, "--wav", file, "--mode", "record", "--timeout", "0.3");
        Assert.Equal((6, ""), (result.ExitCode, result.Output));
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none of vad, ptt and record", "--mode", "shout")]
    [InlineData("needs a terminal", "--mode", "ptt")]
    [InlineData("for a microphone", "--mode", "ptt", "--wav", "x.wav")]
    [InlineData("exclude each other", "--wav", "x.wav", "--microphone")]
    [InlineData("is no file in a folder", "--save", "/no such folder/x.wav")]
    [InlineData("would replace", "--wav", "x.wav", "--save", "./x.wav")]
    [InlineData("no-such.wav", "--wav", "no-such.wav")]
    [InlineData("error: ", "--wav")]
    [InlineData("empty or no name", "--microphone", "")]
    [InlineData("error: ", "stray")]
    public async Task Wrong_use_ends_with_2_and_says_what_is_wrong(string problem, params string[] arguments)
    {
        Requires.That(OperatingSystem.IsLinux() || arguments[0] != "--microphone", "Microphones of Linux.");
        await EndsWithAsync(2, problem, arguments);
    }

    [Fact]
    public async Task A_file_that_is_no_whole_wav_ends_with_2_and_is_named()
    {
        string text = Path.Combine(_folder, "text.wav");
        await File.WriteAllTextAsync(
            text,
            "This is a text that is long enough for a header, and no WAV.",
            TestContext.Current.CancellationToken
        );
        await EndsWithAsync(2, text, "--wav", text);
        string cut = await WriteAsync("cut.wav", Voice(440));
        await File.WriteAllBytesAsync(
            cut,
            (await File.ReadAllBytesAsync(cut, TestContext.Current.CancellationToken))[..20],
            TestContext.Current.CancellationToken
        );
        await EndsWithAsync(2, cut, "--wav", cut);
    }

    [Fact]
    public async Task A_microphone_that_is_not_there_ends_with_8_and_the_code_and_what_to_do()
    {
        Needs.Linux();
        Needs.Library("libasound.so.2");
        string error = await EndsWithAsync(8, "no_specified_media_found", "--microphone", "no-such-device", "--mode", "record");
        Assert.Contains("\"no-such-device\"", error, StringComparison.Ordinal);
        Assert.Contains("\"No microphone found\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_devices_are_listed_one_a_line_without_signing_in()
    {
        Needs.Linux();
        Needs.Library("libasound.so.2");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        SampleResult result = await RunAsync(server, "--list-devices");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Microphone.ListDevices().Select(static d => $"{d.Id}\t{d.Name}"), result.Lines);
        Assert.Empty(server.Received.Requests);
    }

    [Fact]
    public async Task Help_tells_options_and_exit_codes()
    {
        SampleResult result = await SampleProcess.RunAsync(Name, ["--help"]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string[] options =
        [
            "--url",
            "--avatar",
            "--debug",
            "--microphone",
            "--wav",
            "--mode",
            "--save",
            "--list-devices",
            "vad|ptt|record",
        ];
        foreach (string told in (string[])[.. options, "Exit codes:", "2  usage", "7  connection", "8  microphone"])
        {
            Assert.Contains(told, result.Output, StringComparison.Ordinal);
        }
    }

    private static Task PushAsync(FakeRavatarServer server, string json) =>
        server.Chat.PushAsync(json, TestContext.Current.CancellationToken);

    /// <summary>Something like a vowel, for a second.</summary>
    private static double[] Voice(double pitch) =>
        [.. Signal.Tone(44_100, pitch, 0.3, 1).Zip(Signal.Tone(44_100, 3 * pitch, 0.2, 1), static (a, b) => a + b)];

    private static Task<SampleResult> RunAsync(FakeRavatarServer server, params string[] arguments) =>
        SampleProcess.RunAsync(Name, ["--url", server.BaseAddress.AbsoluteUri, .. arguments]);

    private static async Task<string> EndsWithAsync(int exitCode, string problem, params string[] arguments)
    {
        SampleResult result = await SampleProcess.RunAsync(Name, arguments);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        return result.Error;
    }

    private async Task<string> WriteAsync(string name, double[] signal)
    {
        string path = Path.Combine(_folder, name);
        byte[] data = Signal.Encode(signal, s_stereo);
        await using FileStream file = File.Create(path);
        await using BinaryWriter writer = new(file);
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)2);
        writer.Write(44_100);
        writer.Write(44_100 * 4);
        writer.Write((short)4);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return path;
    }

    /// <summary>A sentence as 44.1 kHz stereo WAV.</summary>
    private async Task<string> SpeakAsync(string sentence)
    {
        string raw = Path.Combine(_folder, "raw.wav");
        string speech = Path.Combine(_folder, "speech.wav");
        await RunToolAsync(Requires.Tool("espeak-ng"), "-w", raw, sentence);
        await SoxAsync(raw, "-r", "44100", "-c", "2", "-b", "16", speech, "gain", "-6", "rate", "-h");
        return speech;
    }

    private static Task SoxAsync(params string[] arguments) => RunToolAsync(Requires.Tool("sox"), arguments);

    private static async Task RunToolAsync(string program, params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
