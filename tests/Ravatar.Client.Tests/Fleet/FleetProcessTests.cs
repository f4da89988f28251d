using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Real processes that share their tokens.</summary>
public sealed class FleetProcessTests : IDisposable
{
    private const string Program = "Ravatar.Client.Tests.FleetMember";

    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("ravatar-fleet-");

    [Fact]
    public async Task Two_processes_one_after_the_other_sign_in_once()
    {
        await using FakeRavatarServer server = await StartAsync();
        for (int i = 0; i < 2; i++)
        {
            Expect("2 avatars\n", await SampleProcess.RunAsync(Program, Arguments(server), "go\n"));
        }
        Assert.Equal(1, server.Received.RequestCount("/jwt"));
        Assert.Equal(2, server.Received.ConnectionReads);
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task Two_processes_together_sign_in_once_each_at_most()
    {
        await using FakeRavatarServer server = await StartAsync();
        using SampleProcess a = await ReadyAsync(server);
        using SampleProcess b = await ReadyAsync(server);
        await Task.WhenAll(AskAsync(a), AskAsync(b));
        await server.Received.WaitForAsync(j => j.ConnectionReads == 2, TestContext.Current.CancellationToken);
        await Task.WhenAll(AskAsync(a), AskAsync(b));
        a.Input.Close();
        b.Input.Close();
        Expect("2 avatars\n2 avatars\n", await a.EndAsync());
        Expect("2 avatars\n2 avatars\n", await b.EndAsync());
        Assert.InRange(server.Received.RequestCount("/jwt"), 1, 2);
        Assert.Equal(4, server.Received.ConnectionReads);
    }

    public void Dispose() => _cache.Delete(recursive: true);

    private static Task<FakeRavatarServer> StartAsync() =>
        FakeRavatarServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    private static void Expect(string output, SampleResult result) =>
        Assert.Equal((0, output, "ready\n"), (result.ExitCode, result.Output, result.Error));

    private static async Task AskAsync(SampleProcess process)
    {
        await process.Input.WriteAsync("go\n");
        await process.Input.FlushAsync();
    }

    private string[] Arguments(FakeRavatarServer server) => [server.BaseAddress.AbsoluteUri, _cache.FullName, "user-123"];

    private async Task<SampleProcess> ReadyAsync(FakeRavatarServer server)
    {
        SampleProcess process = SampleProcess.Start(Program, Arguments(server));
        await process.WaitForErrorAsync("ready");
        return process;
    }
}
