using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Starts one WireMock for all contract tests, where Java and the jar are there.</summary>
public sealed class WireMockFixture : IAsyncLifetime
{
    private const string Install = "Run tests/tools/install-wiremock.sh.";

    private string? _missing;

    internal WireMockServer? Server { get; private set; }

    /// <summary>Skips the test, or fails it, where WireMock cannot run.</summary>
    internal void Require() => Requires.That(Server is not null, _missing ?? "");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string? java = Requires.FindTool("java");
        string? jar = FindJar();
        _missing =
            java is null ? "Java 17 or later on the path, for WireMock."
            : jar is null ? $"WireMock's standalone jar. {Install}"
            : null;
        if (_missing is null)
        {
            Server = await WireMockServer.StartAsync(java!, jar!, Repository.Find("tests", "Ravatar.Client.Tests", "wiremock"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    private static string? FindJar()
    {
        string folder = Repository.Find("tests", "tools", "node_modules", "wiremock", "build");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "wiremock-standalone-*.jar").FirstOrDefault() : null;
    }
}

/// <summary>The tests that share WireMock. They run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class WireMockCollection : ICollectionFixture<WireMockFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "WireMock";
}
