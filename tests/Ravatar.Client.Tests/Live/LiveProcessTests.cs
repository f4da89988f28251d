using System.Diagnostics;
using System.Globalization;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Processes that end, orderly or not, with a live session that nobody ended: the server has exactly those that should be there.</summary>
public class LiveProcessTests
{
    private const string Guest = "Ravatar.Client.Tests.LiveGuest";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task A_signal_that_ends_the_process_ends_its_session(string signal)
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess process = Start(server, "user-1", "wait");
        await process.WaitForErrorAsync("waiting");
        Assert.Single(server.Live.Running);
        await SignalAsync(process, signal);
        SampleResult result = await process.EndAsync();
        Assert.NotEqual(0, result.ExitCode);
        AssertEnded(server);
    }

    [Fact]
    public async Task A_signal_that_the_application_takes_ends_the_session_and_leaves_the_rest_to_the_application()
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess process = Start(server, "user-1", "own handler");
        await process.WaitForErrorAsync("waiting");
        await SignalAsync(process, "TERM");
        Assert.Equal(4, (await process.EndAsync()).ExitCode);
        AssertEnded(server);
    }

    [Theory]
    [InlineData("return", 0)]
    [InlineData("exit", 3)]
    [InlineData("dispose", 0)]
    public async Task An_orderly_end_without_disposal_ends_the_session(string how, int exitCode)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess process = Start(server, "user-1", how);
        SampleResult result = await process.EndAsync();
        Assert.True(exitCode == result.ExitCode, result.Error);
        AssertEnded(server);
    }

    [Fact]
    public async Task A_killed_process_s_session_is_ended_by_the_next_run_and_a_running_one_s_is_not()
    {
        Requires.That(!OperatingSystem.IsWindows(), "POSIX signals.");
        string folder = Path.Combine(Path.GetTempPath(), "ravatar-kill-" + Guid.NewGuid().ToString("N"));
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        using SampleProcess neighbour = Start(server, "user-2", "wait", folder);
        await neighbour.WaitForErrorAsync("waiting");
        using SampleProcess killed = Start(server, "user-1", "wait", folder);
        await killed.WaitForErrorAsync("waiting");
        await SignalAsync(killed, "KILL");
        await killed.EndAsync();
        Assert.Equal(["user-2", "user-1"], server.Live.Running.Select(static s => s.UserId));
        server.Live.Slots = 2; // the forgotten session holds the slot that the next run wants

        using SampleProcess next = Start(server, "user-3", "wait", folder);
        await next.WaitForErrorAsync("waiting");
        Assert.Equal(["user-2", "user-3"], server.Live.Running.Select(static s => s.UserId));
        await SignalAsync(next, "TERM");
        await next.EndAsync();
        Assert.Equal(["user-2"], server.Live.Running.Select(static s => s.UserId));
        await SignalAsync(neighbour, "TERM");
        await neighbour.EndAsync();
        Assert.Empty(server.Live.Running);
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Equal(3, server.Received.RequestCount("/endLiveSession"));
        Assert.Empty(server.Received.Violations);
        Directory.Delete(folder);
    }

    private static SampleProcess Start(FakeRavatarServer server, string user, string how, params string[] folder) =>
        SampleProcess.Start(Guest, [server.BaseAddress.AbsoluteUri, user, how, .. folder]);

    private static async Task SignalAsync(SampleProcess process, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Token);
    }

    private static void AssertEnded(FakeRavatarServer server)
    {
        Assert.True(Assert.Single(server.Live.All).EndedByClient);
        Assert.Equal(1, server.Received.RequestCount("/endLiveSession"));
    }
}
