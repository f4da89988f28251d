using System.Reflection;
using System.Runtime.Versioning;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The public surface changes on purpose only, and is the same for every target: it is kept as text beside these tests.</summary>
public class PublicApiTests
{
    private const string Update = "RAVATAR_UPDATE_API";

    [Fact]
    public Task The_client_s_surface_is_the_one_on_file() => MatchesAsync(typeof(RavatarClient).Assembly);

    [Fact]
    public Task The_fake_server_s_surface_is_the_one_on_file() => MatchesAsync(typeof(FakeRavatarServer).Assembly);

    private static async Task MatchesAsync(Assembly assembly)
    {
        string path = Repository.Find("tests", "Ravatar.Client.Tests", "House", "PublicApi", assembly.GetName().Name + ".txt");
        string now = PublicApiText.Of(assembly);
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(path, now);
        }
        string kept = File.Exists(path) ? (await File.ReadAllTextAsync(path)).Replace("\r\n", "\n", StringComparison.Ordinal) : "";
        if (kept != now)
        {
            string[] added = [.. now.Split('\n').Except(kept.Split('\n')).Select(static line => "+ " + line)];
            string[] removed = [.. kept.Split('\n').Except(now.Split('\n')).Select(static line => "- " + line)];
            Assert.Fail(
                $"The public API for {TargetOf(assembly)} is not the one in {Path.GetRelativePath(Repository.Root, path)}. If that is intended, run "
                    + $"\"{Update}=1 dotnet test tests/Ravatar.Client.Tests --filter FullyQualifiedName~PublicApiTests\" and commit the file.\n"
                    + string.Join('\n', removed.Concat(added))
            );
        }
    }

    private static string TargetOf(Assembly assembly) => assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName;
}
