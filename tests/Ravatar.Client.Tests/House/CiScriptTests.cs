using System.Diagnostics;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>.ci/run</c> says at its end, on a copy of it with stand-ins for the programs that it runs.</summary>
public sealed class CiScriptTests : IDisposable
{
    private static readonly string[] Programs = ["apt-get", "bash", "dotnet"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ravatar-ci-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("exit 1", "0 passed, 0 failed, 0 skipped", 1)] // a step ahead of the tests fails
    [InlineData("exit 0", "0 passed, 0 failed, 0 skipped", 1)] // nothing was run
    [InlineData(
        "[ \"$1\" = test ] || exit 0; mkdir -p \"$RAVATAR_TEST_RESULTS/x\"; echo '<Counters total=\"6\" executed=\"4\" passed=\"3\" />' >\"$RAVATAR_TEST_RESULTS/x/x.trx\"",
        "3 passed, 1 failed, 2 skipped",
        1
    )]
    [InlineData(
        "[ \"$1\" = test ] || exit 0; mkdir -p \"$RAVATAR_TEST_RESULTS/x\"; echo '<Counters total=\"3\" executed=\"3\" passed=\"3\" />' >\"$RAVATAR_TEST_RESULTS/x/x.trx\"",
        "3 passed, 0 failed, 0 skipped",
        0
    )]
    public async Task The_last_line_is_the_totals_however_it_ends(string standIn, string lastLine, int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("A script for bash.");
            return;
        }
        string bash = Requires.Tool("bash");
        _folder.CreateSubdirectory(".ci");
        string script = Path.Combine(_folder.FullName, ".ci", "run");
        File.Copy(Repository.Find(".ci", "run"), script);
        // One project, whose results are wanted.
        _folder.CreateSubdirectory("tests/Ravatar.Client.Tests");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "tests", "Ravatar.Client.Tests", "x.csproj"), "<Project/>", Token);
        DirectoryInfo programs = _folder.CreateSubdirectory("programs");
        foreach (string program in Programs)
        {
            string path = Path.Combine(programs.FullName, program);
            await File.WriteAllTextAsync(path, $"#!{bash}\n{standIn}\n", Token);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        ProcessStartInfo start = new(bash, [script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = programs.FullName + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH") },
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Token);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(("\n" + output).EndsWith("\n" + lastLine + "\n", StringComparison.Ordinal), output + await errors);
        Assert.Equal(exitCode, process.ExitCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
