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

    private string Living(TimeSpan life) => Jwts.Living(_time.GetUtcNow(), life);

    private TokenSource Source(Func<CancellationToken, Task<string>> issue) => new(issue, _time, _logs.CreateLogger("test"));

    // Each flight is announced, and answered by the test.
    private TokenSource Scripted() =>
        new(
            _ =>
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
