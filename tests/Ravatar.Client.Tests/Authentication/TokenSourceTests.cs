using Xunit;

namespace Ravatar.Client.Tests;

public class TokenSourceTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _logs = new();
    private readonly List<TaskCompletionSource<string>> _flights = [];
    private readonly SemaphoreSlim _started = new(0);

    [Fact]
    public async Task A_token_is_asked_for_once_and_kept()
    {
        await using TokenSource tokens = Source(_ => Task.FromResult(Living(TimeSpan.FromHours(24))));
        AccessToken first = await tokens.GetAsync(default);
        _time.Advance(TimeSpan.FromHours(23.9));
        Assert.Same(first, await tokens.GetAsync(default));
    }

    [Fact]
    public async Task The_token_in_hand_is_given_without_a_task_or_an_allocation()
    {
        await using TokenSource tokens = Source(_ => Task.FromResult(Living(TimeSpan.FromHours(24))));
        await tokens.GetAsync(default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            await tokens.GetAsync(default);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Theory]
    [InlineData(86_400, 86_400 - 300)]
    [InlineData(100, 90)]
    public async Task A_token_is_replaced_ahead_of_its_end(double life, double due)
    {
        await using TokenSource tokens = Source(_ => Task.FromResult(Living(TimeSpan.FromSeconds(life))));
        AccessToken first = await tokens.GetAsync(default);
        _time.Advance(TimeSpan.FromSeconds(due) - TimeSpan.FromMilliseconds(1));
        Assert.Same(first, await tokens.GetAsync(default));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(first, await tokens.GetAsync(default));
    }

    [Fact]
    public async Task A_token_that_is_expired_as_it_comes_is_used_by_those_who_asked_and_then_replaced()
    {
        await using TokenSource tokens = Source(_ => Task.FromResult(Jwts.With("""{"exp":0}""")));
        AccessToken first = await tokens.GetAsync(default);
        AccessToken second = await tokens.GetAsync(default);
        Assert.NotSame(first, second);
        Assert.Same(second, await tokens.RefreshAsync(first, default));
    }

    [Fact]
    public async Task Callers_share_one_flight()
    {
        await using TokenSource tokens = Scripted();
        Task<AccessToken>[] waiting = [.. Enumerable.Range(0, 100).Select(_ => tokens.GetAsync(default).AsTask())];
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        _flights[0].SetResult(Living(TimeSpan.FromHours(1)));
        AccessToken[] got = await Task.WhenAll(waiting);
        Assert.Single(got.Distinct());
        Assert.Single(_flights);
    }

    [Fact]
    public async Task A_caller_who_gives_up_leaves_the_flight_to_the_others()
    {
        await using TokenSource tokens = Scripted();
        using CancellationTokenSource impatient = new();
        Task<AccessToken> first = tokens.GetAsync(impatient.Token).AsTask();
        Task<AccessToken> second = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        await impatient.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(impatient.Token, cancelled.CancellationToken);
        Assert.False(second.IsCompleted);
        _flights[0].SetResult("token-1");
        Assert.Equal("token-1", (await second).Value);
    }

    [Fact]
    public async Task A_flight_goes_on_when_all_who_waited_have_left()
    {
        await using TokenSource tokens = Scripted();
        using CancellationTokenSource impatient = new();
        Task<AccessToken> first = tokens.GetAsync(impatient.Token).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task<AccessToken> later = tokens.GetAsync(default).AsTask();
        _flights[0].SetResult("token-1");
        Assert.Equal("token-1", (await later).Value);
        Assert.Single(_flights);
    }

    [Fact]
    public async Task A_failed_flight_fails_those_who_wait_and_is_not_remembered()
    {
        await using TokenSource tokens = Scripted();
        Task<AccessToken>[] waiting = [.. Enumerable.Range(0, 10).Select(_ => tokens.GetAsync(default).AsTask())];
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        _flights[0].SetException(new RavatarAuthenticationException("no"));
        foreach (Task<AccessToken> task in waiting)
        {
            await Assert.ThrowsAsync<RavatarAuthenticationException>(() => task);
        }
        Task<AccessToken> next = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        _flights[1].SetResult("token-2");
        Assert.Equal("token-2", (await next).Value);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_and_its_successor_serves_all_that_were_refused_with_it()
    {
        int issued = 0;
        await using TokenSource tokens = Source(_ => Task.FromResult($"token-{++issued}"));
        AccessToken a = await tokens.GetAsync(default);
        AccessToken b = await tokens.RefreshAsync(a, default);
        Assert.Same(b, await tokens.RefreshAsync(a, default));
        Assert.Same(b, await tokens.GetAsync(default));
        Assert.Equal(2, issued);
        Assert.Equal("token-3", (await tokens.RefreshAsync(b, default)).Value);
    }

    [Fact]
    public async Task Two_issuances_of_the_same_text_are_two_tokens()
    {
        await using TokenSource tokens = Source(_ => Task.FromResult("the-same"));
        AccessToken a = await tokens.GetAsync(default);
        AccessToken b = await tokens.RefreshAsync(a, default);
        Assert.NotSame(a, b);
        Assert.Same(b, await tokens.RefreshAsync(a, default));
    }

    [Fact]
    public async Task A_refresh_ahead_of_time_that_fails_leaves_the_present_token_in_use_and_rests()
    {
        bool fail = false;
        int asked = 0;
        await using TokenSource tokens = Source(_ =>
        {
            asked++;
            return fail
                ? Task.FromException<string>(new RavatarTimeoutException("down"))
                : Task.FromResult(Living(TimeSpan.FromSeconds(1000)));
        });
        AccessToken first = await tokens.GetAsync(default);
        fail = true;
        _time.Advance(TimeSpan.FromSeconds(905));
        Assert.Same(first, await tokens.GetAsync(default));
        Assert.Same(first, await tokens.GetAsync(default));
        Assert.Equal(2, asked);
        Assert.Single(_logs.WithId(103));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Same(first, await tokens.GetAsync(default));
        Assert.Equal(3, asked);
        _time.Advance(TimeSpan.FromSeconds(65)); // its end
        await Assert.ThrowsAsync<RavatarTimeoutException>(async () => await tokens.GetAsync(default));
        fail = false;
        Assert.NotSame(first, await tokens.GetAsync(default));
    }

    [Fact]
    public async Task A_token_refused_while_it_is_being_replaced_does_not_come_back()
    {
        await using TokenSource tokens = Scripted();
        Task<AccessToken> start = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        _flights[0].SetResult(Living(TimeSpan.FromSeconds(1000)));
        AccessToken first = await start;
        _time.Advance(TimeSpan.FromSeconds(950));
        Task<AccessToken> ahead = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        Task<AccessToken> refused = tokens.RefreshAsync(first, default);
        _flights[1].SetException(new RavatarTimeoutException("down"));
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => ahead);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => refused);
        Assert.Empty(_logs.WithId(103));
    }

    [Fact]
    public async Task The_flight_has_nothing_of_the_call_that_started_it()
    {
        AsyncLocal<string?> ambient = new() { Value = "caller" };
        string? seen = "unset";
        await using TokenSource tokens = Source(_ =>
        {
            seen = ambient.Value;
            return Task.FromResult("token");
        });
        await tokens.GetAsync(default);
        Assert.Null(seen);
        Assert.Equal("caller", ambient.Value);
    }

    [Fact]
    public async Task Disposal_ends_the_flight_and_those_who_wait_for_it()
    {
        TokenSource tokens = Source(async token =>
        {
            _started.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return "never";
        });
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        await tokens.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await tokens.GetAsync(default));
        await tokens.DisposeAsync();
    }

    [Fact]
    public async Task Disposal_does_not_wait_for_ever_for_a_flight_that_ignores_its_end()
    {
        TokenSource tokens = Scripted();
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        Task disposal = tokens.DisposeAsync().AsTask();
        await _time.AdvanceToTimerAsync(TimeSpan.FromSeconds(5), cancellationToken: TestContext.Current.CancellationToken);
        await disposal;
        _flights[0].SetResult("late");
        await Task.WhenAny(waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await tokens.GetAsync(default));
    }

    [Fact]
    public async Task Who_has_given_up_already_starts_nothing()
    {
        int asked = 0;
        await using TokenSource tokens = Source(_ => Task.FromResult($"token-{++asked}"));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tokens.GetAsync(cancelled.Token));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Who_has_given_up_already_gets_nothing_though_there_is_a_token()
    {
        int asked = 0;
        await using TokenSource tokens = Source(_ => Task.FromResult($"token-{++asked}"));
        AccessToken token = await tokens.GetAsync(default);
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tokens.GetAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.RefreshAsync(token, cancelled));
        Assert.Same(token, await tokens.GetAsync(default));
        Assert.Empty(_logs.WithId(101));
    }

    [Fact]
    public async Task After_disposal_it_is_the_client_that_is_disposed()
    {
        TokenSource tokens = Source(_ => Task.FromResult("token"));
        await tokens.DisposeAsync();
        foreach (Func<Task> call in (Func<Task>[])[() => tokens.GetAsync(default).AsTask(), () => tokens.RefreshAsync(new("a"), default)])
        {
            Assert.Equal("RavatarClient", (await Assert.ThrowsAsync<ObjectDisposedException>(call)).ObjectName);
        }
        Assert.Empty(_logs.Entries);
    }

    [Fact]
    public async Task A_disposed_source_leaves_no_timer()
    {
        TokenSource tokens = Source(async token =>
        {
            _started.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return "never";
        });
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        await tokens.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task Each_refused_token_is_told_once()
    {
        int issued = 0;
        await using TokenSource tokens = Source(_ => Task.FromResult($"token-{++issued}"));
        AccessToken a = await tokens.GetAsync(default);
        Assert.Empty(_logs.WithId(101));
        await Task.WhenAll(tokens.RefreshAsync(a, default), tokens.RefreshAsync(a, default));
        AccessToken b = await tokens.RefreshAsync(a, default);
        Assert.Single(_logs.WithId(101));
        await tokens.RefreshAsync(b, default);
        Assert.Equal(2, _logs.WithId(101).Count());
    }

    [Fact]
    public async Task A_sign_in_that_fails_is_told()
    {
        RavatarAuthenticationException no = new("no");
        await using TokenSource tokens = Source(_ => Task.FromException<string>(no));
        await Assert.ThrowsAsync<RavatarAuthenticationException>(async () => await tokens.GetAsync(default));
        Assert.Same(no, Assert.Single(_logs.WithId(102)).Exception);
        Assert.Empty(_logs.WithId(103));
    }

    [Theory]
    [InlineData(0, 86_400, "A token was issued; it lives 86400 s and is replaced in 86100 s.")]
    [InlineData(1, 86_400, "A token was issued; it lives 86400 s and is replaced in 86250 s.")]
    [InlineData(0.5, 100, "A token was issued; it lives 100 s and is replaced in 92 s.")]
    public async Task A_token_is_told_with_its_life_and_when_it_is_due(double share, double life, string message)
    {
        await using TokenSource tokens = Source(_ => Task.FromResult(Living(TimeSpan.FromSeconds(life))), share);
        await tokens.GetAsync(default);
        Assert.Equal(message, Assert.Single(_logs.WithId(100)).Message);
    }

    [Fact]
    public async Task Each_source_has_its_own_moment_to_replace_a_token()
    {
        await using TokenSource late = Source(_ => Task.FromResult(Living(TimeSpan.FromHours(24))), share: 1);
        AccessToken first = await late.GetAsync(default);
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(2.5) - TimeSpan.FromMilliseconds(1));
        Assert.Same(first, await late.GetAsync(default));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.NotSame(first, await late.GetAsync(default));
    }

    [Fact]
    public async Task What_others_flight_brings_is_taken()
    {
        TokenFlights flights = new(_time);
        TaskCompletionSource<(AccessToken, TimeSpan)> landing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task others = flights.JoinAsync(("user-1", null), _ => landing.Task, default);
        await using TokenSource tokens = Sharing(flights, _ => throw new InvalidOperationException("Not to be asked."));
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await JoinedAsync(flights, 2);
        AccessToken token = new("token-1");
        landing.SetResult((token, TimeSpan.FromHours(1)));
        Assert.Same(token, await waiting);
        Assert.Same(token, await tokens.GetAsync(default));
        await others;
    }

    [Theory]
    [InlineData("token-1", true)] // the very one
    [InlineData("old", false)] // any that is shared
    public async Task Unless_it_is_what_was_refused(string brought, bool mayShare)
    {
        TokenFlights flights = new(_time);
        int issued = 0;
        await using TokenSource tokens = Sharing(flights, _ => Task.FromResult($"token-{++issued}"));
        AccessToken refused = await tokens.GetAsync(default);
        TaskCompletionSource<(AccessToken, TimeSpan)> landing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task others = flights.JoinAsync(("user-1", null), _ => landing.Task, default);
        Task<AccessToken> waiting = tokens.RefreshAsync(refused, mayShare, default);
        await JoinedAsync(flights, 2);
        landing.SetResult((new AccessToken(brought) { IsShared = true }, TimeSpan.FromHours(1)));
        Assert.Equal("token-2", (await waiting).Value);
        await others;
    }

    [Fact]
    public async Task A_source_that_is_disposed_leaves_the_flight_it_started_to_the_others()
    {
        TokenFlights flights = new(_time);
        TaskCompletionSource<string> issue = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TokenSource first = Sharing(flights, token => issue.Task.WaitAsync(token));
        Task<AccessToken> mine = first.GetAsync(default).AsTask();
        await JoinedAsync(flights, 1);
        await using TokenSource second = Sharing(flights, _ => throw new InvalidOperationException("Not to be asked."));
        Task<AccessToken> others = second.GetAsync(default).AsTask();
        await JoinedAsync(flights, 2);
        await first.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => mine);
        issue.SetResult("token-1");
        Assert.Equal("token-1", (await others).Value);
    }

    private string Living(TimeSpan life) => Jwts.Living(_time.GetUtcNow(), life);

    private TokenSource Source(Func<CancellationToken, Task<string>> issue, double share = 0) =>
        new((_, token) => issue(token), _time, _logs.CreateLogger("test"), share: share);

    private TokenSource Sharing(TokenFlights flights, Func<CancellationToken, Task<string>> issue) =>
        new((_, token) => issue(token), _time, _logs.CreateLogger("test"), flights: flights, place: ("user-1", null));

    /// <summary>Sources join on the pool.</summary>
    private static async Task JoinedAsync(TokenFlights flights, int waiting)
    {
        while (flights.Count.Waiting != waiting)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    // Each flight is announced, and answered by the test.
    private TokenSource Scripted() =>
        new(
            (_, _) =>
            {
                TaskCompletionSource<string> flight = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _flights.Add(flight);
                _started.Release();
                return flight.Task;
            },
            _time,
            _logs.CreateLogger("test")
        );
}
