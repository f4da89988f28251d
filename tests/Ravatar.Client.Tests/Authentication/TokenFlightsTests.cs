using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>One sign-in for all who want the same user's token.</summary>
public class TokenFlightsTests
{
    private static readonly (string, string?) Place = ("user-1", "proj-1");

    private readonly ManualTimeProvider _time = new();
    private readonly TokenFlights _flights;
    private readonly TaskCompletionSource<(AccessToken, TimeSpan)> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CancellationToken> _lifetime = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    public TokenFlightsTests() => _flights = new TokenFlights(_time);

    [Fact]
    public async Task All_who_come_while_it_flies_get_the_same()
    {
        Task<(AccessToken Token, TimeSpan)>[] all = [.. Enumerable.Range(0, 50).Select(_ => JoinAsync(default))];
        Assert.Equal((1, 50), _flights.Count);
        _landing.SetResult(Fetched("token-1"));
        Assert.Single((await Task.WhenAll(all)).Select(got => got.Token).Distinct());
        Assert.Equal((1, (0, 0)), (_started, _flights.Count));
    }

    [Theory]
    [InlineData("user-2", "proj-1")]
    [InlineData("user-1", "proj-2")]
    [InlineData("user-1", null)]
    public async Task Another_user_or_project_flies_apart(string user, string? project)
    {
        Task one = JoinAsync(default);
        Task other = JoinAsync(default, (user, project));
        Assert.Equal((2, 2), _flights.Count);
        _landing.SetResult(Fetched("token-1"));
        await Task.WhenAll(one, other);
        Assert.Equal(2, _started);
    }

    [Fact]
    public async Task Who_leaves_leaves_it_to_the_others()
    {
        using CancellationTokenSource leaving = new();
        Task first = JoinAsync(leaving.Token);
        Task<(AccessToken Token, TimeSpan)> second = JoinAsync(default);
        await leaving.CancelAsync();
        OperationCanceledException left = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            first.WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken)
        );
        Assert.Equal(leaving.Token, left.CancellationToken);
        Assert.False((await _lifetime.Task).IsCancellationRequested);
        _landing.SetResult(Fetched("token-1"));
        Assert.Equal("token-1", (await second).Token.Value);
        Assert.Equal(1, _started);
    }

    [Fact]
    public async Task The_last_who_leaves_ends_it_and_waits_for_that_and_who_comes_then_starts_another()
    {
        using CancellationTokenSource leaving = new();
        Task[] both = [JoinAsync(leaving.Token), JoinAsync(leaving.Token)];
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration note = (await _lifetime.Task).Register(ended.SetResult);
        await leaving.CancelAsync();
        await ended.Task.WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), _flights.Count);
        Task<(AccessToken Token, TimeSpan)> next = _flights.JoinAsync(Place, _ => Task.FromResult(Fetched("token-2")), default);
        Assert.Equal("token-2", (await next).Token.Value);
        Assert.Contains(both, static t => !t.IsCompleted);
        _landing.SetResult(Fetched("too late"));
        foreach (Task one in both)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }
        Assert.Equal((1, (0, 0)), (_started, _flights.Count));
    }

    [Fact]
    public async Task A_failure_fails_those_who_wait_and_is_not_remembered()
    {
        Task[] both = [JoinAsync(default), JoinAsync(default)];
        _landing.SetException(new RavatarAuthenticationException("no"));
        foreach (Task one in both)
        {
            await Assert.ThrowsAsync<RavatarAuthenticationException>(() => one);
        }
        Assert.Equal((0, 0), _flights.Count);
        Assert.Equal("token-2", (await _flights.JoinAsync(Place, _ => Task.FromResult(Fetched("token-2")), default)).Token.Value);
    }

    [Fact]
    public async Task It_has_nothing_of_the_call_that_started_it()
    {
        AsyncLocal<string?> ambient = new() { Value = "caller" };
        string? seen = "unset";
        await _flights.JoinAsync(
            Place,
            _ =>
            {
                seen = ambient.Value;
                return Task.FromResult(Fetched("token"));
            },
            default
        );
        Assert.Null(seen);
    }

    private static (AccessToken, TimeSpan) Fetched(string token) => (new AccessToken(token), TimeSpan.FromHours(1));

    // Waits for the flight as it returns, which starts elsewhere.
    private Task<(AccessToken Token, TimeSpan Life)> JoinAsync(CancellationToken cancellationToken, (string, string?)? place = null) =>
        _flights.JoinAsync(
            place ?? Place,
            lifetime =>
            {
                _lifetime.TrySetResult(lifetime);
                Interlocked.Increment(ref _started);
                return _landing.Task;
            },
            cancellationToken
        );
}
