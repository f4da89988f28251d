using System.Text;
using System.Xml.Linq;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The repository stands on its own: nothing in it names the machine it was written on.</summary>
public class RepositoryTests
{
    private static readonly string[] MadeByTools =
    [
        ".git",
        "bin",
        "obj",
        "node_modules",
        "TestResults",
        "artifacts",
        "StrykerOutput",
        "BenchmarkDotNet.Artifacts",
        ".vs",
        ".idea",
    ];

    [Fact]
    public void No_file_names_this_machine_or_its_package_registry()
    {
        string[] forbidden = [Repository.Root, .. RegistryHosts()];
        List<string> found =
        [
            .. from path in Files(Repository.Root)
            let text = File.ReadAllText(path, Encoding.Latin1)
            from word in forbidden
            where text.Contains(word, StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Repository.Root, path)} names {word}",
        ];
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void Nobody_s_package_sources_are_kept_here() =>
        Assert.DoesNotContain(
            Files(Repository.Root),
            static path => Path.GetFileName(path).ToUpperInvariant() is "NUGET.CONFIG" or ".NPMRC"
        );

    /// <summary>The hosts from which this machine restores packages.</summary>
    private static IEnumerable<string> RegistryHosts()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] configurations =
        [
            Path.Combine(home, ".nuget", "NuGet", "NuGet.Config"),
            Path.Combine(home, ".config", "NuGet", "NuGet.Config"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "NuGet", "NuGet.Config"),
        ];
        IEnumerable<string?> sources = configurations
            .Distinct()
            .Where(File.Exists)
            .SelectMany(static path => XDocument.Load(path).Descendants("packageSources").Elements("add"))
            .Select(static add => add.Attribute("value")?.Value);
        return sources
            .Append(Environment.GetEnvironmentVariable("npm_config_registry"))
            .Select(static source => Uri.TryCreate(source, UriKind.Absolute, out Uri? address) ? address.Host : "")
            .Where(static host => host.Length > 0 && host is not ("localhost" or "127.0.0.1"))
            .Distinct();
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(static path => Path.GetFileName(path) != ".git")
            .Concat(
                Directory.EnumerateDirectories(folder).Where(static path => !MadeByTools.Contains(Path.GetFileName(path))).SelectMany(Files)
            );
}
