using System.Reflection;
using System.Threading.Channels;
using Xunit;

namespace Ravatar.Client.Tests;

public class HistoryPagerTests
{
    private const int PerPage = 10;

    private readonly CollectingLogger _logs = new();
    private readonly List<int> _asked = [];
    private readonly object _gate = new();
    private int _inFlight;
    private int _mostInFlight;
    private int _cancelled;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(95, 10)]
    public async Task All_pages_come_once_and_in_order(int count, int pages)
    {
        List<string> ids = await ReadAsync(page => Slice(Ids(count), page));
        Assert.Equal(Ids(count), ids);
        Assert.InRange(_asked.Count, pages, pages + 3);
    }

    [Fact]
    public async Task One_page_is_one_request()
    {
        await ReadAsync(page => Slice(Ids(10), page));
        Assert.Equal([1], _asked);
    }

    [Fact]
    public async Task A_few_pages_are_read_ahead_and_no_more()
    {
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HistoryPager pager = Pager(
            async (page, _) =>
            {
                if (page > 1)
                {
                    await open.Task;
                }
                return Slice(Ids(1000), page);
            },
            prefetch: 3
        );
        await using IAsyncEnumerator<HistoryMessage> reader = pager.ReadAllAsync(default).GetAsyncEnumerator(default);
        for (int i = 0; i < PerPage; i++)
        {
            Assert.True(await reader.MoveNextAsync());
        }
        Assert.Equal([1, 2, 3, 4], _asked);
        open.SetResult();
        while (await reader.MoveNextAsync()) { }
        Assert.Equal(3, _mostInFlight);
    }

    [Fact]
    public async Task An_empty_page_ends_it_whatever_the_server_says()
    {
        List<string> ids = await ReadAsync(page =>
            Page(page, page < 4 ? Ids(1000).Skip((page - 1) * PerPage).Take(PerPage) : [], more: true)
        );
        Assert.Equal(30, ids.Count);
    }

    [Fact]
    public async Task A_server_that_gives_the_same_page_for_ever_is_left()
    {
        List<string> ids = await ReadAsync(page => Page(page, Ids(PerPage), more: true));
        Assert.Equal(Ids(PerPage), ids);
        Assert.InRange(_asked.Count, 2, 20);
        Assert.Single(_logs.WithId(206));
    }

    [Fact]
    public async Task Rows_without_an_id_are_never_taken_for_each_other()
    {
        List<string> ids = await ReadAsync(page => Page(page, Enumerable.Repeat("", PerPage), more: page < 3));
        Assert.Equal(30, ids.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    [InlineData(1234)]
    public async Task Nothing_is_lost_or_doubled_while_messages_arrive_and_answers_overtake_each_other(int seed)
    {
        // Newest first; the server takes the requests in flight in any order, and messages arrive between them.
        Random random = new(seed);
        List<string> server = [.. Enumerable.Range(0, 1000).Select(i => $"old-{i}")];
        int arrivals = 0;
        Channel<(TaskCompletionSource<HistoryPage> Answer, int Page)> asked = Channel.CreateUnbounded<(
            TaskCompletionSource<HistoryPage>,
            int
        )>();
        HistoryPager pager = Pager(
            (page, token) =>
            {
                TaskCompletionSource<HistoryPage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
                token.Register(() => answer.TrySetCanceled(token));
                asked.Writer.TryWrite((answer, page));
                return answer.Task;
            },
            prefetch: 4
        );
        Task<List<string>> reading = CollectAsync(pager);
        _ = reading.ContinueWith(_ => asked.Writer.TryComplete(), TaskScheduler.Default);
        List<(TaskCompletionSource<HistoryPage> Answer, int Page)> waiting = [];
        while (waiting.Count > 0 || await asked.Reader.WaitToReadAsync())
        {
            while (asked.Reader.TryRead(out (TaskCompletionSource<HistoryPage>, int) request))
            {
                waiting.Add(request);
            }
            int any = random.Next(waiting.Count);
            (TaskCompletionSource<HistoryPage> answer, int page) = waiting[any];
            waiting.RemoveAt(any);
            if (random.Next(3) == 0)
            {
                server.InsertRange(0, Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"new-{arrivals++}"));
            }
            answer.TrySetResult(Slice(server, page));
        }
        List<string> ids = await reading;
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"old-{i}"), ids.Where(id => id.StartsWith("old", StringComparison.Ordinal)));
        Assert.True(arrivals > 0);
    }

    [Fact]
    public async Task Leaving_the_loop_cancels_and_awaits_what_is_under_way()
    {
        HistoryPager pager = Pager(
            async (page, token) =>
            {
                if (page > 1)
                {
                    await ScriptedHandler.Silence(token);
                }
                return Slice(Ids(100), page);
            },
            prefetch: 3
        );
        await foreach (HistoryMessage _ in pager.ReadAllAsync(default))
        {
            break;
        }
        Assert.Equal(0, _inFlight);
        Assert.Equal(3, _cancelled);
    }

    [Fact]
    public async Task A_page_that_fails_surfaces_when_its_turn_comes()
    {
        HistoryPager pager = Pager(
            (page, _) => page == 3 ? throw new RavatarTimeoutException("page 3") : Task.FromResult(Slice(Ids(100), page)),
            prefetch: 3
        );
        List<string> ids = [];
        await Assert.ThrowsAsync<RavatarTimeoutException>(async () =>
        {
            await foreach (HistoryMessage message in pager.ReadAllAsync(default))
            {
                ids.Add(message.Id);
            }
        });
        Assert.Equal(Ids(20), ids);
        Assert.Equal(0, _inFlight);
    }

    [Fact]
    public async Task A_failure_behind_the_end_is_nobodys_business()
    {
        List<string> ids = await ReadAsync(page => page > 2 ? throw new RavatarTimeoutException("behind the end") : Slice(Ids(20), page));
        Assert.Equal(Ids(20), ids);
    }

    [Fact]
    public async Task Memory_stays_the_same_however_long_the_history_is()
    {
        // Weak references instead of the process's memory, which belongs to other tests as well.
        List<WeakReference> pages = [];
        List<WeakReference> ids = [];
        HistoryPager pager = Pager(
            (page, _) =>
            {
                HistoryPage answer = Page(page, Enumerable.Range(0, 10).Select(row => $"{page}-{row}"), more: page < 2000);
                pages.Add(new WeakReference(answer));
                ids.Add(new WeakReference(answer.Messages[0].Id));
                return Task.FromResult(answer);
            },
            prefetch: 3
        );
        int count = 0;
        await using IAsyncEnumerator<HistoryMessage> reader = pager.ReadAllAsync(default).GetAsyncEnumerator(default);
        while (count < 19_990 && await reader.MoveNextAsync())
        {
            count++;
        }
        await Task.Yield();
        GC.Collect();
        Assert.InRange(pages.Count, 2000, 2003);
        Assert.InRange(pages.Count(p => p.IsAlive), 0, 10);
        Assert.InRange(ids.Count(i => i.IsAlive), 0, 20);
        Assert.True(await reader.MoveNextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_that_lives_on_keeps_nothing_of_what_was_read_on_it(bool asArgument)
    {
        using CancellationTokenSource application = new();
        CancellationToken token = application.Token;
        HistoryPager pager = Pager((page, _) => Task.FromResult(Slice(Ids(30), page)), prefetch: 3);
        for (int i = 0; i < 10; i++)
        {
            await using IAsyncEnumerator<HistoryMessage> reader = pager
                .ReadAllAsync(asArgument ? token : default)
                .GetAsyncEnumerator(asArgument ? default : token);
            while (await reader.MoveNextAsync()) { }
        }
        Assert.Equal(0, RegistrationsOn(application));
    }

    /// <summary>How many callbacks wait for a cancellation: only the platform's own fields tell.</summary>
    private static int RegistrationsOn(CancellationTokenSource source)
    {
        object? registrations = Field(source, "_registrations");
        int count = 0;
        for (object? node = registrations is null ? null : Field(registrations, "Callbacks"); node is not null; node = Field(node, "Next"))
        {
            count++;
        }
        return count;

        static object? Field(object owner, string name)
        {
            FieldInfo? field = owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
            Assert.True(field is not null, $"{owner.GetType()} has no {name} any more.");
            return field.GetValue(owner);
        }
    }

    private Task<List<string>> ReadAsync(Func<int, HistoryPage> server) =>
        CollectAsync(
            Pager(
                async (page, _) =>
                {
                    await Task.Yield();
                    return server(page);
                },
                prefetch: 3
            )
        );

    private static async Task<List<string>> CollectAsync(HistoryPager pager)
    {
        List<string> ids = [];
        await foreach (HistoryMessage message in pager.ReadAllAsync(default))
        {
            ids.Add(message.Id);
        }
        return ids;
    }

    private HistoryPager Pager(Func<int, CancellationToken, Task<HistoryPage>> server, int prefetch) =>
        new(
            async (page, token) =>
            {
                lock (_gate)
                {
                    _asked.Add(page);
                    _mostInFlight = Math.Max(_mostInFlight, ++_inFlight);
                }
                try
                {
                    return await server(page, token);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref _cancelled);
                    throw;
                }
                finally
                {
                    lock (_gate)
                    {
                        _inFlight--;
                    }
                }
            },
            prefetch,
            _logs.CreateLogger("test")
        );

    private static List<string> Ids(int count) => [.. Enumerable.Range(0, count).Select(i => $"id-{i}")];

    private static HistoryPage Slice(List<string> all, int page) =>
        Page(page, all.Skip((page - 1) * PerPage).Take(PerPage), more: all.Count > page * PerPage);

    private static HistoryPage Page(int page, IEnumerable<string> ids, bool more) =>
        new()
        {
            Page = page,
            Messages = [.. ids.Select(id => new HistoryMessage { Id = id })],
            HasMore = more,
        };
}
