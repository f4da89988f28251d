using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The journal on a real disk: exists while sessions run, is held by its process, and tells the next one what to end.</summary>
public sealed class LiveJournalTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ravatar-journal-" + Guid.NewGuid().ToString("N"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string[] Files => Directory.Exists(_folder) ? Directory.GetFiles(_folder) : [];

    [Fact]
    public async Task It_lists_what_runs_and_goes_with_the_last_session()
    {
        ScriptedLive live = Create();
        LiveSession first = await live.StartAsync(Token);
        string file = Assert.Single(Files);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        Assert.Throws<IOException>(() => new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());
        await using LiveSession second = await live.Sessions.StartAsync(new ScriptedLive.ScriptedChannel(), new LiveOptions(), Token);
        Assert.Equal(file, Assert.Single(Files));
        await first.EndAsync(Token);
        await second.EndAsync(Token);
        await live.Sessions.EndAllAsync();
        Assert.Empty(Files);
    }

    [Fact]
    public async Task What_a_crashed_process_left_is_ended_before_a_session_starts_and_a_running_one_s_is_not()
    {
        ScriptedLive other = Create();
        await using LiveSession running = await other.StartAsync(Token);
        Leave("crashed", Line("license-a"), Line("license-b"), JournalLine.End("license-a"), "{\"start\":\"torn"u8.ToArray());
        Leave(
            "elsewhere",
            JournalLine.Start(new JournalEntry("license-x", new JournalOwner("u", null, new Uri("https://other.example/"))))
        );
        ScriptedLive live = Create();
        live.OnStart = (n, _) =>
        {
            Assert.Equal(["license-b"], live.LeftBehind.Select(static e => e.LicenseId));
            return Task.FromResult(ScriptedLive.Start(100 + n));
        };
        await using LiveSession session = await live.StartAsync(Token);
        Assert.Equal(new JournalOwner("user-9", "proj-9", new Uri("https://service.example/")), live.LeftBehind[0].Owner);
        // The crashed one's is gone, the other service's stays, and this process has one.
        Assert.Equal(2, Files.Length);
        Assert.Empty(live.Ends);
        Assert.Empty(other.Ends);
        await live.Sessions.EndLeftBehindAsync();
        Assert.Single(live.LeftBehind);
    }

    [Fact]
    public async Task What_could_not_be_ended_stays_for_the_next_run()
    {
        Leave("crashed", Line("license-a"), Line("license-b"));
        ScriptedLive live = Create();
        live.OnEnd = static (license, _) => license == "license-a" ? Task.CompletedTask : throw new RavatarAuthenticationException("no");
        await live.Sessions.EndLeftBehindAsync();
        Assert.Single(Files);
        ScriptedLive next = Create();
        await next.Sessions.EndLeftBehindAsync();
        Assert.Equal(["license-b"], next.LeftBehind.Select(static e => e.LicenseId));
        Assert.Empty(Files);
    }

    [Fact]
    public async Task A_file_that_is_no_journal_stops_no_other_and_a_torn_line_swallows_none()
    {
        Leave("aaa", new byte[2 * 1024 * 1024]);
        Leave("bbb", Line("license-a"), Line("license-b"), "{\"start\":\"torn"u8.ToArray());
        ScriptedLive live = Create();
        live.OnEnd = static (license, _) => license == "license-a" ? Task.CompletedTask : throw new RavatarAuthenticationException("no");
        await live.Sessions.EndLeftBehindAsync();
        ScriptedLive next = Create();
        await next.Sessions.EndLeftBehindAsync();
        Assert.Equal(["license-b"], next.LeftBehind.Select(static e => e.LicenseId));
        Assert.EndsWith("aaa.journal", Assert.Single(Files), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_could_not_be_ended_stays_in_it()
    {
        ScriptedLive live = Create();
        live.OnEnd = static (_, _) => throw new RavatarAuthenticationException("no");
        LiveSession session = await live.StartAsync(Token);
        await session.EndAsync(Token);
        await live.Sessions.EndAllAsync();
        Assert.Single(Files);
        live.OnEnd = static (_, _) => Task.CompletedTask;
    }

    [Fact]
    public async Task Another_user_s_session_is_ended_with_the_token_that_others_left()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        TokenCacheOptions cache = new(new TestCache(), new AesProtector()) { Key = new byte[32] };
        RavatarClientOptions options = new() { BaseAddress = server.BaseAddress, TokenCache = cache };
        options.Live.JournalFolder = _folder;
        using RavatarClientFactory factory = new(options);
        await using RavatarClient other = factory.Create("user-9", o => o.ProjectId = "proj-9");
        await other.GetConfigurationAsync(Token);
        Leave("crashed", JournalLine.Start(new JournalEntry("license-a", new JournalOwner("user-9", "proj-9", server.BaseAddress))));
        await using RavatarClient client = factory.Create("user-1");
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await server.Received.WaitForRequestsAsync("/endLiveSession", 1, Token);
        Assert.Equal(2, server.Received.RequestCount("/jwt"));
        Assert.Equal("user-9", server.Received.Requests.Single(static r => r.Path == "/endLiveSession").TokenUserId);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_stops_no_session()
    {
        await File.WriteAllTextAsync(_folder, "a file where the folder should be", Token);
        ScriptedLive live = Create();
        await using (await live.StartAsync(Token))
        {
            Assert.NotEmpty(live.Logs.WithId(410));
        }
        File.Delete(_folder);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static byte[] Line(string license) =>
        JournalLine.Start(new JournalEntry(license, new JournalOwner("user-9", "proj-9", new Uri("https://service.example"))));

    private void Leave(string name, params byte[][] lines)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Path.Combine(_folder, $"ravatar-live-{name}.journal"), [.. lines.SelectMany(static l => l)]);
    }

    private ScriptedLive Create() => new(o => o.JournalFolder = _folder);
}
