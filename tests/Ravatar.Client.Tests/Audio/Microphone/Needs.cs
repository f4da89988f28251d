using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a test needs of the machine. Where it is missing the test is skipped, with the reason; where nothing may be missing, it fails.</summary>
internal static class Needs
{
    public static void Linux() => Check(OperatingSystem.IsLinux(), "ALSA and PulseAudio are Linux's");

    public static void Programs(params string[] names)
    {
        foreach (string name in names)
        {
            Check(Find(name) != null, $"the program {name} is not installed");
        }
    }

    public static void Library(string pattern)
    {
        string[] folders = ["/usr/lib", "/usr/lib64", "/lib"];
        bool found = folders
            .Where(Directory.Exists)
            .Any(f =>
                Directory.EnumerateFiles(f, pattern, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).Any()
            );
        Check(found, $"the library {pattern} is not installed");
    }

    public static void Check(bool condition, string reason)
    {
        if (!condition)
        {
            if (Environment.GetEnvironmentVariable("RAVATAR_REQUIRE_ALL") == "1")
            {
                Assert.Fail("Nothing may be skipped here, but " + reason + ".");
            }
            Assert.Skip(reason);
        }
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(p => Path.Combine(p, name))
            .FirstOrDefault(File.Exists);
}
