using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a test needs beside the .NET SDK. Where it is missing the test is skipped with the reason; where everything must run, it fails.</summary>
internal static class Requires
{
    /// <summary>Set to 1 where nothing may be skipped.</summary>
    private const string RequireAll = "RAVATAR_REQUIRE_ALL";

    /// <summary>Set to 1 where tests may take their time.</summary>
    private const string LongTests = "RAVATAR_LONG_TESTS";

    /// <summary>Skips, or fails, unless something is there.</summary>
    /// <param name="present">Whether it is.</param>
    /// <param name="what">What is needed, and how to get it.</param>
    public static void That(bool present, string what)
    {
        if (present)
        {
            return;
        }
        if (Environment.GetEnvironmentVariable(RequireAll) == "1")
        {
            Assert.Fail($"{RequireAll} is set, and this is missing: {what}");
        }
        Assert.Skip($"Needs {what}");
    }

    /// <summary>Skips, or fails, unless a program is on the path.</summary>
    /// <param name="program">Its name, without an extension.</param>
    /// <returns>Where it is.</returns>
    public static string Tool(string program)
    {
        string? found = FindTool(program);
        That(found is not null, $"the program '{program}' on the path.");
        return found!;
    }

    /// <summary>Skips a test that takes longer than the default run can afford, unless <c>RAVATAR_LONG_TESTS=1</c> asks for it.</summary>
    public static void LongRun() => That(Environment.GetEnvironmentVariable(LongTests) == "1", $"time: set {LongTests}=1 to run it.");

    /// <summary>Where a program is, if it is on the path.</summary>
    public static string? FindTool(string program)
    {
        string name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
