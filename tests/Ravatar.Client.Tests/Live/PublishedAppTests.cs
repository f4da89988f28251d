using System.Diagnostics;
using System.Security.Cryptography;
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
        Requires.That(File.Exists(app), "a published app: run tests/tools/publish-apps.sh.");
        string sources = Repository.Find("artifacts", "published", "sources");
        Requires.That(
            File.Exists(sources) && File.ReadAllText(sources).Trim() == HashSources(),
            "an app that was published from these sources: run tests/tools/publish-apps.sh again."
        );
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

    /// <summary>What the app is made of, as <c>publish-apps.sh</c> has it: all code and projects, in the order of their paths.</summary>
    private static string HashSources()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            string path in new[] { "src/Ravatar.Client", "tests/Ravatar.Client.PublishedApp" }
                .SelectMany(static folder => Directory.EnumerateFiles(Repository.Find(folder), "*", SearchOption.AllDirectories))
                .Select(static file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
                .Where(static path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".csproj", StringComparison.Ordinal))
                .Where(static path => !path.Split('/').Any(static part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal)
        )
        {
            hash.AppendData(File.ReadAllBytes(Repository.Find(path)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
