using System.Diagnostics;
using System.Globalization;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The voice sample in Live Mode as a program: what it streams, and that its session is over however it ends.</summary>
public sealed class LiveSampleTests : IDisposable
{
    private const string Name = "Ravatar.Samples.Voice";
    private static readonly AudioFormat s_stereo = new(44_100, 2, AudioEncoding.Int16);
    private readonly string _folder = Directory.CreateTempSubdirectory("live-sample").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_is_streamed_whole_in_frames_of_8192_bytes_between_one_start_and_one_end()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        double[] signal = Signal.Chirp(44_100, 100, 6_000, 0.5, seconds: 1.7);

        SampleResult result = await SampleProcess.RunAsync(Name, ["--live", "--wav", Write(signal), .. Url(server)]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("7 frames were sent, 0 were too late", result.Error, StringComparison.Ordinal);
        FakeLiveSession session = Assert.Single(server.Live.All);
        Assert.Equal((false, true), (session.IsRunning, session.EndedByClient));
        Assert.Equal(["/startLiveSession", "/endLiveSession"], LiveRequests(server));
        Assert.Equal($"{server.BaseAddress}stream/{session.LicenseId}?token=", Assert.Single(result.Lines).Split("ey")[0]);
        byte[] expected = Signal.Convert(Signal.Encode(signal, s_stereo), s_stereo);
        byte[] padding = new byte[(8_192 - (expected.Length % 8_192)) % 8_192];
        Assert.All(server.Received.Messages, static m => Assert.Equal(8_192, m.GetPcm().Length));
        Assert.Equal([.. expected, .. padding], server.Received.Messages.SelectMany(static m => m.GetPcm()));
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task With_a_mode_recordings_are_sent_to_the_session_and_no_answer_is_no_error()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static _ => null);
        string file = Write(Signal.Tone(44_100, 440, 0.5, 1));

        SampleResult result = await SampleProcess.RunAsync(
            Name,
            ["--live", "--mode", "record", "--timeout", "0.3", "--wav", file, .. Url(server)]
        );

        Assert.True(result.ExitCode == 0, result.Error);
        ReceivedMessage message = Assert.Single(server.Received.Messages);
        Assert.Equal((true, "license-1-1", true), (message.IsLive, message.LicenseId, message.IsPushToTalk));
        Assert.Empty(server.Live.Running);
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_the_session_and_nobody_elses(string signal, int exitCode)
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        string file = Write(Signal.Tone(44_100, 440, 0.5, 120));
        using SampleProcess other = await StartAsync(server, "other", file);
        for (int run = 0; run < 2; run++)
        {
            using SampleProcess mine = await StartAsync(server, "mine", file);
            Assert.Equal(["other", "mine"], Running(server));
            Kill(signal, mine);
            SampleResult result = await mine.EndAsync();
            Assert.True(result.ExitCode == exitCode, result.Error);
            Assert.Equal(["other"], Running(server));
            Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
        }
        Kill(signal, other);
        await other.EndAsync();
        Assert.Empty(server.Live.Running);
        Assert.Empty(Directory.GetFiles(_folder, "*.journal"));
        AssertNoViolations(server);
    }

    [Fact]
    public async Task A_signal_while_the_session_starts_ends_it_as_well()
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using FakeHold hold = server.Script.StartLive.Hold();
        using SampleProcess process = SampleProcess.Start(Name, Arguments(server, "mine", Write(Signal.Tone(44_100, 440, 0.5, 120))));
        await server.Received.WaitForRequestsAsync("/startLiveSession", 1);
        Kill("TERM", process);
        hold.Dispose();
        Assert.Equal(143, (await process.EndAsync()).ExitCode);
        Assert.Empty(server.Live.Running);
    }

    [Fact]
    public async Task After_a_kill_the_next_run_ends_what_was_left_and_nobody_elses()
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        string file = Write(Signal.Tone(44_100, 440, 0.5, 120));
        using SampleProcess other = await StartAsync(server, "other", file);
        for (int run = 0; run < 2; run++)
        {
            using SampleProcess killed = await StartAsync(server, $"killed-{run}", file);
            Kill("KILL", killed);
            await killed.EndAsync();
            Assert.Equal(["other", $"killed-{run}"], Running(server));

            using SampleProcess next = await StartAsync(server, "next", file); // another user's, with the same journal
            Assert.Equal(["other", "next"], Running(server));
            Kill("TERM", next);
            await next.EndAsync();
            Assert.Equal(["other"], Running(server));
        }
        Kill("TERM", other);
        await other.EndAsync();
        Assert.Empty(server.Live.Running);
        Assert.Empty(Directory.GetFiles(_folder, "*.journal"));
        AssertNoViolations(server);
    }

    [Theory]
    [InlineData(FakeStreamError.Expired, 1)]
    [InlineData(FakeStreamError.Busy, 5)]
    public async Task A_session_that_the_service_ends_ends_the_run_with_its_code(FakeStreamError error, int exitCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess process = await StartAsync(server, "mine", Write(Signal.Tone(44_100, 440, 0.5, 120)));
        await server.Live.FailAsync(server.Live.All[0], error);
        SampleResult result = await process.EndAsync();
        Assert.True(result.ExitCode == exitCode, result.Error);
        Assert.Contains("stream: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("has no Live Mode", "--live", "--avatar", "avatar-id-456")]
    [InlineData("give --live as well", "--journal", "x")]
    [InlineData("makes none", "--live", "--save", "x.wav")]
    public async Task Wrong_use_ends_with_2_and_says_what_is_wrong(string problem, params string[] arguments)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        SampleResult result = await SampleProcess.RunAsync(
            Name,
            [.. arguments, "--wav", Write(Signal.Tone(44_100, 440, 0.5, 1)), .. Url(server)]
        );
        Assert.True(result.ExitCode == 2, result.Error);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Empty(server.Live.All);
    }

    /// <summary>Starts a run, and waits until the session hears it.</summary>
    private async Task<SampleProcess> StartAsync(FakeRavatarServer server, string user, string file)
    {
        int before = server.Live.All.Count;
        SampleProcess process = SampleProcess.Start(Name, Arguments(server, user, file));
        await server.Received.WaitForAsync(_ => server.Live.All.Count > before && server.Live.All[before].FrameCount > 0);
        Assert.Equal(user, server.Live.All[before].UserId);
        return process;
    }

    private string[] Arguments(FakeRavatarServer server, string user, string file) =>
        ["--live", "--wav", file, "--journal", _folder, "--user-id", user, .. Url(server)];

    private static string[] Url(FakeRavatarServer server) => ["--url", server.BaseAddress.AbsoluteUri];

    private static IEnumerable<string> Running(FakeRavatarServer server) => server.Live.Running.Select(static s => s.UserId);

    private static IEnumerable<string> LiveRequests(FakeRavatarServer server) =>
        server.Received.Requests.Select(static r => r.Path).Where(static p => p.EndsWith("LiveSession", StringComparison.Ordinal));

    /// <summary>A frame that was on its way when a run was interrupted may find its session ended.</summary>
    private static void AssertNoViolations(FakeRavatarServer server) =>
        Assert.DoesNotContain(
            server.Received.Violations,
            static v => !v.Contains("'LicenseId' names no running session", StringComparison.Ordinal)
        );

    private static void Kill(string signal, SampleProcess process)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private string Write(double[] signal)
    {
        string path = Path.Combine(_folder, "speech.wav");
        byte[] data = Signal.Encode(signal, s_stereo);
        using BinaryWriter writer = new(File.Create(path));
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
}
