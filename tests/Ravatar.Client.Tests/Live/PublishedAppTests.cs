using System.Diagnostics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The SDK in an app that was published: by Native AOT, and trimmed. <c>tests/tools/publish-apps.sh</c> makes both.</summary>
public class PublishedAppTests
{
    [Theory]
    [InlineData("aot")]
    [InlineData("trimmed")]
    public async Task It_signs_in_chats_and_streams(string how)
    {
        string app = Repository.Find("artifacts", "published", how, "Ravatar.Client.PublishedApp");
        Requires.That(File.Exists(app), "tests/tools/publish-apps.sh has not been run.");
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        ProcessStartInfo start = new(app, [server.BaseAddress.AbsoluteUri]) { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        string[] said = output.Trim().Split('|');
        Assert.Equal(["You said: Does it work when it is published?", "2", "10", "True"], said[..4]);
        Assert.Empty(server.Live.Running);
        Assert.Empty(server.Received.Violations);
        long size = new FileInfo(app).Length;
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: first answer {said[4]} ms after the start, {size} bytes");
    }
}
