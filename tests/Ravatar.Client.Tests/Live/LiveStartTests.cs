using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Starting a session: never cancelled on the wire, never forgotten.</summary>
[Collection<ModelCollection>]
public class LiveStartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_puts_its_channel_into_live_mode_and_takes_it_out_again()
    {
        ScriptedLive live = new();
        LiveSession session = await live.StartAsync(Token);
        Assert.Equal(("license-1", "license-1"), (session.LicenseId, live.Channel.LicenseId));
        Assert.True(session.IsRunning);
        LiveEnd end = await session.EndAsync(Token);
        Assert.Equal(new LiveEnd(LiveEndReason.EndedByClient, "It was ended on this side.", EndedOnServer: true), end);
        Assert.Null(live.Channel.LicenseId);
        Assert.Equal(["license-1"], live.Ends);
    }

    [Fact]
    public async Task A_caller_who_gives_up_leaves_a_start_that_is_ended_when_it_comes()
    {
        ScriptedLive live = new();
        TaskCompletionSource<LiveStart> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationToken onTheWire = default;
        live.OnStart = (_, token) =>
        {
            onTheWire = token;
            return answer.Task;
        };
        TaskCompletionSource ended = new();
        live.OnEnd = (_, _) =>
        {
            ended.SetResult();
            return Task.CompletedTask;
        };
        using CancellationTokenSource caller = new();
        Task<LiveSession> start = live.StartAsync(caller.Token);
        await caller.CancelAsync();
        OperationCanceledException given = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Equal(caller.Token, given.CancellationToken);
        Assert.False(onTheWire.IsCancellationRequested);
        answer.SetResult(ScriptedLive.Start(1));
        await ended.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        await live.Sessions.EndAllAsync();
        Assert.Equal(["license-1"], live.Ends);
        Assert.Null(live.Channel.LicenseId);
    }

    [Fact]
    public async Task A_start_that_never_answers_is_given_up_after_a_minute()
    {
        ScriptedLive live = new() { OnStart = static async (n, token) => await Never(n, token) };
        Task<LiveSession> start = live.StartAsync(Token);
        await live.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), Token);
        RavatarLiveException e = await Assert.ThrowsAsync<RavatarLiveException>(() => start.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(LiveError.Timeout, e.Reason);
        await live.Sessions.EndAllAsync().WaitAsync(ManualTimeProvider.HangGuard, Token);
    }

    [Fact]
    public async Task Disposal_during_a_start_ends_what_it_started()
    {
        ScriptedLive live = new();
        TaskCompletionSource<LiveStart> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        live.OnStart = (_, _) => answer.Task;
        Task<LiveSession> start = live.StartAsync(Token);
        Task disposal = live.Sessions.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        answer.SetResult(ScriptedLive.Start(7));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => start);
        await disposal.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["license-7"], live.Ends);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => live.StartAsync(Token));
    }

    [Fact]
    public async Task A_channel_has_one_session_at_a_time()
    {
        ScriptedLive live = new();
        TaskCompletionSource<LiveStart> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        live.OnStart = (_, _) => answer.Task;
        Task<LiveSession> first = live.StartAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => live.StartAsync(Token));
        answer.SetResult(ScriptedLive.Start(1));
        LiveSession session = await first;
        await Assert.ThrowsAsync<InvalidOperationException>(() => live.StartAsync(Token));
        Assert.Equal(1, live.Starts);
        await session.DisposeAsync();
        await using LiveSession next = await live.StartAsync(Token);
        Assert.Equal(2, live.Starts);
    }

    [Fact]
    public async Task A_new_session_waits_until_the_last_one_has_ended_on_the_server()
    {
        ScriptedLive live = new();
        TaskCompletionSource ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
        live.OnEnd = (_, _) => ending.Task;
        LiveSession first = await live.StartAsync(Token);
        live.Channel.Reported!(LiveError.Expired, "Session expired");
        Assert.False(first.IsRunning);
        Task<LiveSession> second = live.StartAsync(Token);
        Assert.Equal(1, live.Starts);
        ending.SetResult();
        await using LiveSession session = await second.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("license-2", live.Channel.LicenseId);
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_channel_free()
    {
        ScriptedLive live = new() { OnStart = static (_, _) => throw new RavatarLiveException(LiveError.Busy, "busy") };
        await Assert.ThrowsAsync<RavatarLiveException>(() => live.StartAsync(Token));
        live.OnStart = static (n, _) => Task.FromResult(ScriptedLive.Start(n));
        await using LiveSession session = await live.StartAsync(Token);
    }

    [Fact]
    public async Task The_page_has_the_newest_token()
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        Assert.Equal("https://stream.example/page?quality=high&token=token-1", session.PageUri.AbsoluteUri);
        live.Token = "token-2";
        Assert.Equal("https://stream.example/page?quality=high&token=token-2", session.PageUri.AbsoluteUri);
        Assert.DoesNotContain("token-", live.Logs.Text, StringComparison.Ordinal);
    }

    private const string Header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    private const string Jwt = Header + ".eyJzdWIiOiJ1c2VyLTEyMyJ9.SIGNATURE-of-the_token-0123456789";

    [Theory]
    [InlineData("token-1", "token-1")]
    [InlineData("token-1", "license-token-1")]
    [InlineData("token-1", null)]
    [InlineData(Jwt, Jwt)]
    [InlineData(Jwt, "license-" + Jwt)]
    [InlineData(Jwt, "SIGNATURE-of-the_token-0123456789")]
    public async Task A_license_that_cannot_be_used_is_ended_and_told_to_nobody(string token, string? license)
    {
        string folder = Directory.CreateTempSubdirectory("ravatar-license-").FullName;
        ScriptedLive live = new(o => o.JournalFolder = folder) { Token = token };
        license ??= new string('x', 1025);
        List<string> journal = [];
        live.OnStart = (n, _) => Task.FromResult(ScriptedLive.Start(n) with { LicenseId = license });
        live.OnEnd = (_, _) =>
        {
            journal.AddRange(Directory.GetFiles(folder).Select(File.ReadAllText));
            return Task.CompletedTask;
        };
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => live.StartAsync(Token));
        Assert.Contains("LicenseId", error.Message, StringComparison.Ordinal);
        Assert.Contains("the session was ended", error.Message, StringComparison.Ordinal);
        Assert.Equal([license], live.Ends);
        Assert.Null(live.Channel.LicenseId);
        Assert.Empty(journal);
        Assert.DoesNotContain(license, error + live.Logs.Text, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_license_may_be_a_jwt_of_its_own()
    {
        const string license = Header + ".eyJsaWNlbnNlIjoiNDIifQ.another_signature-9876543210";
        ScriptedLive live = new()
        {
            Token = Jwt,
            OnStart = static (n, _) => Task.FromResult(ScriptedLive.Start(n) with { LicenseId = license }),
        };
        await using LiveSession session = await live.StartAsync(Token);
        Assert.Equal((license, license), (session.LicenseId, live.Channel.LicenseId));
    }

    [Fact]
    public async Task A_token_in_the_page_s_path_is_masked_in_the_log()
    {
        ScriptedLive live = new()
        {
            Token = "s3cret-token",
            OnStart = static (n, _) => Task.FromResult(new LiveStart($"license-{n}", "https://stream.example/s3cret-token/page")),
        };
        await using (LiveSession session = await live.StartAsync(Token))
        {
            Assert.Equal("https://stream.example/s3cret-token/page?token=s3cret-token", session.PageUri.AbsoluteUri);
        }
        Assert.Contains("https://stream.example/[token]/page", Assert.Single(live.Logs.WithId(400)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", live.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_stream_reports_forges_no_line_of_the_log()
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        live.Channel.Reported!(LiveError.Timeout, "x\r\nfail: MyApp[0] forged" + new string('y', 100_000));
        string told = Assert.Single(live.Logs.WithId(406)).Message;
        Assert.Contains("x fail: MyApp[0] forged", told, StringComparison.Ordinal);
        Assert.InRange(told.Length, 0, 1000);
    }

    private static async Task<LiveStart> Never(int number, CancellationToken cancellationToken)
    {
        TaskCompletionSource<LiveStart> never = new();
        return await never.Task.WaitAsync(cancellationToken);
    }
}
