using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A token source on a cache that others use, and that may do anything.</summary>
public class TokenCacheTests
{
    private static readonly Uri Address = new("https://chat.example/");

    private readonly ManualTimeProvider _time = new();
    private readonly CollectingLogger _logs = new();
    private readonly TestCache _cache = new();
    private readonly List<string> _issued = [];

    [Fact]
    public async Task What_one_source_was_issued_the_next_one_takes()
    {
        await using TokenSource first = Source();
        await using TokenSource second = Source();
        AccessToken issued = await first.GetAsync(default);
        AccessToken shared = await second.GetAsync(default);
        Assert.Equal((issued.Value, false, true), (shared.Value, issued.IsShared, shared.IsShared));
        Assert.Single(_issued);
        Assert.Single(_logs.WithId(112));
    }

    [Fact]
    public async Task A_value_is_kept_until_its_token_is_due()
    {
        await using TokenSource tokens = Source();
        await tokens.GetAsync(default);
        Assert.Equal(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(5), _cache.LastLife);
    }

    [Fact]
    public async Task A_token_that_is_expired_as_it_comes_is_not_kept()
    {
        await using TokenSource tokens = Source(issue: () => Jwts.With("""{"exp":0}"""));
        await tokens.GetAsync(default);
        Assert.Equal(0, _cache.Writes);
    }

    [Fact]
    public async Task A_token_without_any_life_is_neither_kept_nor_told()
    {
        ITokenStore store = Stores().For("user-1", null);
        await store.WriteAsync(new AccessToken("token"), TimeSpan.Zero, default);
        Assert.Equal(0, _cache.Writes);
        Assert.Empty(_logs.Entries);
    }

    [Theory]
    [InlineData("proj-1", "https://chat.example/", "MccivtNyqknFTT4miDJrZ1vL6j_sd5hhf-783KTb5SU")]
    [InlineData(null, "https://chat.example", "1n8fRg5jgVle_Wb3Qt3_ShAnHnFofiuK0vcnf9kk-Qg")]
    [InlineData("proj-1", "https://chat.example/api/", "fFrtvzQFLkDg1JtyURw4fbyfdqYqDEvpEZkvzh8l6GE")]
    public async Task The_keys_are_the_same_for_ever(string? project, string address, string hash)
    {
        // Processes of different versions share a cache: computed elsewhere, from the documented parts.
        await using TokenSource tokens = Source(project: project, address: new Uri(address));
        await tokens.GetAsync(default);
        Assert.Equal("ravatar:token:" + hash, _cache.Key);
    }

    [Fact]
    public async Task A_fleet_replaces_its_token_once()
    {
        TokenSource[] fleet = [.. Enumerable.Range(0, 20).Select(i => Source(share: (i + 0.5) / 20))];
        foreach (TokenSource source in fleet)
        {
            await source.GetAsync(default);
        }
        Assert.Single(_issued);
        ConcurrentDictionary<TimeSpan, bool> due = new();
        _cache.Before = _ =>
        {
            due[_time.Elapsed] = true;
            return Task.CompletedTask;
        };
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(5));
        for (int second = 0; second < 300; second++)
        {
            await Task.WhenAll(fleet.Select(s => s.GetAsync(default).AsTask()));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal((2, fleet.Length), (_issued.Count, due.Count)); // one after another
        AccessToken[] held = await Task.WhenAll(fleet.Select(s => s.GetAsync(default).AsTask()));
        Assert.Equal([_issued[1]], held.Select(t => t.Value).Distinct());
        foreach (TokenSource source in fleet)
        {
            await source.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_shared_token_lives_no_longer_than_its_own_end_says()
    {
        await using TokenSource first = Source(life: TimeSpan.FromSeconds(1000));
        await first.GetAsync(default);
        _time.Advance(TimeSpan.FromSeconds(800));
        await using TokenSource second = Source(life: TimeSpan.FromSeconds(1000));
        AccessToken shared = await second.GetAsync(default);
        _time.Advance(TimeSpan.FromSeconds(179)); // 200 s were left, less a tenth
        Assert.Same(shared, await second.GetAsync(default));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(shared.Value, (await second.GetAsync(default)).Value);
        Assert.Equal(2, _issued.Count);
    }

    [Fact]
    public async Task A_token_that_is_due_is_replaced_by_the_one_another_process_got()
    {
        await using TokenSource first = Source();
        await using TokenSource second = Source();
        await first.GetAsync(default);
        await second.GetAsync(default);
        _time.Advance(TimeSpan.FromHours(23.95));
        AccessToken renewed = await first.GetAsync(default);
        Assert.Equal(renewed.Value, (await second.GetAsync(default)).Value);
        Assert.Equal(2, _issued.Count);
    }

    [Fact]
    public async Task After_a_refusal_the_cache_is_read_again_before_the_service_is_asked()
    {
        await using TokenSource first = Source();
        await using TokenSource second = Source();
        AccessToken old = await first.GetAsync(default);
        AccessToken same = await second.GetAsync(default);
        int reads = _cache.Reads;
        AccessToken renewed = await first.RefreshAsync(old, default); // the cache still holds the refused one
        Assert.NotEqual(old.Value, renewed.Value);
        Assert.Equal(renewed.Value, (await second.RefreshAsync(same, default)).Value);
        Assert.Equal((2, reads + 2), (_issued.Count, _cache.Reads));
    }

    [Fact]
    public async Task Who_needs_a_new_one_does_not_get_a_shared_one()
    {
        await using TokenSource first = Source();
        await using TokenSource second = Source();
        AccessToken mine = await first.GetAsync(default);
        await second.RefreshAsync(await second.GetAsync(default), default);
        int reads = _cache.Reads;
        Assert.False((await first.RefreshAsync(mine, mayShare: false, default)).IsShared);
        Assert.Equal((3, reads), (_issued.Count, _cache.Reads));
    }

    [Fact]
    public async Task A_refused_token_does_not_come_back_where_its_replacement_failed()
    {
        bool down = false;
        await using TokenSource tokens = Source(issue: () => down ? throw new RavatarTimeoutException("down") : null!);
        AccessToken refused = await tokens.GetAsync(default);
        down = true;
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => tokens.RefreshAsync(refused, default));
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => tokens.GetAsync(default).AsTask());
        down = false;
        AccessToken next = await tokens.GetAsync(default);
        Assert.Equal((_issued[1], false, 2), (next.Value, next.IsShared, _issued.Count));
    }

    [Fact]
    public async Task Unless_another_process_has_left_a_better_one()
    {
        bool down = false;
        await using TokenSource tokens = Source(issue: () => down ? throw new RavatarTimeoutException("down") : null!);
        await using TokenSource others = Source();
        AccessToken refused = await tokens.GetAsync(default);
        down = true;
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => tokens.RefreshAsync(refused, default));
        AccessToken better = await others.RefreshAsync(await others.GetAsync(default), default);
        Assert.Equal((better.Value, 2), ((await tokens.GetAsync(default)).Value, _issued.Count));
    }

    [Fact]
    public async Task Who_needs_a_new_one_is_not_content_with_what_others_wait_for()
    {
        await using TokenSource first = Source();
        await using TokenSource second = Source();
        AccessToken mine = await first.GetAsync(default);
        AccessToken theirs = await second.GetAsync(default);
        AccessToken left = await second.RefreshAsync(theirs, default);
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.Before = _ =>
        {
            reading.TrySetResult();
            return open.Task;
        };
        Task<AccessToken> content = first.RefreshAsync(mine, default);
        await reading.Task.WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken);
        Task<AccessToken> needy = first.RefreshAsync(mine, mayShare: false, default);
        open.SetResult();
        Assert.Equal(left.Value, (await content).Value);
        AccessToken got = await needy;
        Assert.Equal((_issued[2], false, 3), (got.Value, got.IsShared, _issued.Count));
    }

    [Theory]
    [InlineData("user-2", "proj-1", "https://chat.example/")]
    [InlineData("user-1", null, "https://chat.example/")]
    [InlineData("user-1", "proj-1", "https://staging.example/")]
    public async Task Another_user_project_or_service_has_another_place(string user, string? project, string address)
    {
        await using TokenSource first = Source();
        await using TokenSource other = Source(user: user, project: project, address: new Uri(address));
        await first.GetAsync(default);
        await other.GetAsync(default);
        Assert.Equal((2, 2), (_issued.Count, _cache.Values.Count));
        Assert.DoesNotContain(
            _cache.Values.Keys,
            k => k.Contains("user", StringComparison.Ordinal) || k.Contains("proj", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Another_secret_makes_other_keys()
    {
        await using TokenSource first = Source();
        await using TokenSource other = Source(secret: 2);
        await first.GetAsync(default);
        await other.GetAsync(default);
        Assert.Equal((2, 2), (_issued.Count, _cache.Values.Count));
    }

    [Fact]
    public async Task The_cache_holds_nothing_that_can_be_read()
    {
        await using TokenSource tokens = Source();
        AccessToken token = await tokens.GetAsync(default);
        string held = Encoding.Latin1.GetString(_cache.Values.Values.Single());
        Assert.DoesNotContain(token.Value, held, StringComparison.Ordinal);
        Assert.DoesNotContain("ravatar", held, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other user's")]
    [InlineData("other keys")]
    [InlineData("changed")]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("huge")]
    public async Task A_value_of_no_use_is_ignored_and_overwritten(string kind)
    {
        await using TokenSource victim = Source();
        await victim.GetAsync(default);
        string place = _cache.Key;
        byte[] good = _cache.Values[place];
        _cache.Values[place] = kind switch
        {
            "other user's" => await ValueOfAnotherUserAsync(place),
            "other keys" => new AesProtector(9).Protect(Text("ravatar-token-1", place, "99999999999999", "stolen")),
            "changed" => [.. good.Select((b, i) => i == good.Length - 1 ? (byte)(b ^ 1) : b)],
            "garbage" => [1, 2, 3],
            "empty" => [],
            _ => new byte[1024 * 1024],
        };
        await using TokenSource next = Source();
        Assert.False((await next.GetAsync(default)).IsShared);
        Assert.Single(_logs.WithId(115));
        await using TokenSource last = Source();
        Assert.True((await last.GetAsync(default)).IsShared);
    }

    [Theory]
    [InlineData("ravatar-token-2", "{place}", "99999999999999", "token")]
    [InlineData("ravatar-token-1", "elsewhere", "99999999999999", "token")]
    [InlineData("ravatar-token-1", "{place}", "soon", "token")]
    [InlineData("ravatar-token-1", "{place}", "99999999999999", "")]
    [InlineData("ravatar-token-1", "{place}", "99999999999999", "line\r\nbreak")]
    [InlineData("ravatar-token-1", "{place}", "99999999999999", "to ken")]
    [InlineData("ravatar-token-1", "{place}", "0", "token", true)]
    [InlineData("ravatar-token-1", "{place}", "-99999999999999", "token", true)]
    public async Task Plain_text_of_no_use_is_ignored(string version, string place, string expires, string token, bool silently = false)
    {
        await using TokenSource first = Source(plain: true);
        await first.GetAsync(default);
        _cache.Values[_cache.Key] = Text(version, place.Replace("{place}", _cache.Key, StringComparison.Ordinal), expires, token);
        await using TokenSource next = Source(plain: true);
        Assert.False((await next.GetAsync(default)).IsShared);
        Assert.Equal(silently ? 0 : 1, _logs.WithId(115).Count());
    }

    [Fact]
    public async Task An_end_far_away_is_a_year_at_most()
    {
        await using TokenSource first = Source(plain: true);
        await first.GetAsync(default);
        _cache.Values[_cache.Key] = Text(
            "ravatar-token-1",
            _cache.Key,
            long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "token"
        );
        await using TokenSource next = Source(plain: true);
        Assert.Equal("token", (await next.GetAsync(default)).Value);
        _time.Advance(TimeSpan.FromDays(366));
        Assert.NotEqual("token", (await next.GetAsync(default)).Value);
    }

    [Fact]
    public async Task A_cache_that_throws_is_told_once_each_way_and_fails_nothing()
    {
        _cache.Before = _ => throw new InvalidOperationException($"down: {_issued.LastOrDefault()}");
        await using TokenSource tokens = Source();
        AccessToken token = await tokens.GetAsync(default);
        Assert.Single(_logs.WithId(113));
        LogEntry written = Assert.Single(_logs.WithId(114));
        Assert.Contains("InvalidOperationException", written.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("down", _logs.Text, StringComparison.Ordinal); // its words may quote the token, in whatever form
        _cache.Before = _ => Task.CompletedTask;
        await tokens.RefreshAsync(token, default);
        Assert.Single(_cache.Values);
    }

    [Fact]
    public async Task A_protector_that_fails_is_told_by_its_type_alone()
    {
        await using TokenSource first = Source();
        await first.GetAsync(default);
        TokenCacheOptions options = new(_cache, new QuotingProtector()) { Key = [.. Enumerable.Repeat((byte)1, 32)] };
        DistributedTokens stores = new(options, Address, _time, _logs.CreateLogger("test"));
        await using TokenSource second = new(
            (_, _) => Task.FromResult(Issue(null, null)),
            _time,
            _logs.CreateLogger("test"),
            stores.For("user-1", "proj-1")
        );
        await second.GetAsync(default);
        foreach (int id in (int[])[114, 115])
        {
            LogEntry told = Assert.Single(_logs.WithId(id));
            Assert.Contains("InvalidOperationException", told.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("quoting", told.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ignores its cancellation")]
    [InlineData("blocks")]
    [InlineData("obeys")]
    public async Task A_cache_that_hangs_holds_a_sign_in_up_for_two_seconds_and_is_then_left_alone(string how)
    {
        using ManualResetEventSlim never = new();
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cache.Before = token =>
        {
            reading.TrySetResult();
            if (how == "blocks")
            {
                never.Wait(TestContext.Current.CancellationToken);
            }
            return how == "obeys" ? Task.Delay(Timeout.InfiniteTimeSpan, token) : new TaskCompletionSource().Task;
        };
        await using TokenSource tokens = Source();
        Task<AccessToken> first = tokens.GetAsync(default).AsTask();
        // The cache is read on the pool, which may be slow to begin.
        await reading.Task.WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken);
        await _time.AdvanceToTimerAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        AccessToken token = await first.WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken);
        LogEntry told = Assert.Single(_logs.WithId(113));
        Assert.Contains("2 s", told.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (_cache.Reads, _cache.Writes));
        token = await tokens.RefreshAsync(token, default).WaitAsync(ManualTimeProvider.HangGuard, TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (_cache.Reads, _cache.Writes));
        _cache.Before = _ => Task.CompletedTask;
        _time.Advance(TimeSpan.FromSeconds(30));
        await tokens.RefreshAsync(token, default);
        Assert.Equal((2, 1), (_cache.Reads, _cache.Writes));
        never.Set();
    }

    [Fact]
    public async Task Disposal_ends_a_wait_for_the_cache()
    {
        SemaphoreSlim started = new(0);
        _cache.Before = _ =>
        {
            started.Release();
            return new TaskCompletionSource().Task;
        };
        TokenSource tokens = Source();
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await started.WaitAsync(TestContext.Current.CancellationToken);
        await tokens.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Empty(_logs.WithId(113));
    }

    [Fact]
    public async Task It_does_not_make_the_cache_rest_for_the_others()
    {
        SemaphoreSlim started = new(0);
        _cache.Before = _ =>
        {
            started.Release();
            return new TaskCompletionSource().Task;
        };
        DistributedTokens stores = Stores();
        TokenSource tokens = Source(stores: stores);
        Task<AccessToken> waiting = tokens.GetAsync(default).AsTask();
        await started.WaitAsync(TestContext.Current.CancellationToken);
        await tokens.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        _cache.Before = _ => Task.CompletedTask;
        await using TokenSource other = Source(stores: stores);
        await other.GetAsync(default);
        Assert.Equal((2, 1), (_cache.Reads, _cache.Writes));
    }

    [Fact]
    public async Task The_cache_sees_nothing_of_the_call_that_asks_it()
    {
        AsyncLocal<string?> ambient = new() { Value = "caller" };
        string? seen = "unset";
        _cache.Before = _ =>
        {
            seen = ambient.Value;
            return Task.CompletedTask;
        };
        await using TokenSource tokens = Source();
        await tokens.GetAsync(default);
        Assert.Null(seen);
    }

    private static byte[] Text(params string[] lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));

    private async Task<byte[]> ValueOfAnotherUserAsync(string place)
    {
        await using TokenSource other = Source(user: "user-2");
        await other.GetAsync(default);
        return _cache.Values.Single(v => v.Key != place).Value;
    }

    private TokenSource Source(
        string user = "user-1",
        string? project = "proj-1",
        Uri? address = null,
        byte secret = 1,
        bool plain = false,
        TimeSpan? life = null,
        Func<string>? issue = null,
        double share = 0,
        DistributedTokens? stores = null
    )
    {
        ILogger logger = _logs.CreateLogger("test");
        stores ??= Stores(address, secret, plain);
        return new TokenSource((_, _) => Task.FromResult(Issue(life, issue)), _time, logger, stores.For(user, project), share: share);
    }

    private DistributedTokens Stores(Uri? address = null, byte secret = 1, bool plain = false)
    {
        TokenCacheOptions options = new(_cache, plain ? null : new AesProtector())
        {
            Key = [.. Enumerable.Repeat(secret, 32)],
            AllowPlainText = plain,
        };
        return new DistributedTokens(options, address ?? Address, _time, _logs.CreateLogger("test"));
    }

    private string Issue(TimeSpan? life, Func<string>? issue)
    {
        DateTimeOffset now = _time.GetUtcNow();
        string token =
            issue?.Invoke()
            ?? Jwts.With(
                $$"""{"iat":{{now.ToUnixTimeSeconds()}},"exp":{{(now + (life ?? TimeSpan.FromHours(24))).ToUnixTimeSeconds()}},"n":{{_issued.Count}}}"""
            );
        _issued.Add(token);
        return token;
    }

    private sealed class QuotingProtector : ITokenProtector
    {
        public byte[] Protect(byte[] plaintext) => throw new InvalidOperationException("quoting " + Encoding.UTF8.GetString(plaintext));

        public byte[] Unprotect(byte[] protectedData) =>
            throw new InvalidOperationException("quoting " + Encoding.UTF8.GetString(protectedData));
    }
}
