using Xunit;

namespace Ravatar.Client.Tests;

public class BroadcastTests
{
    /// <summary>In milliseconds; only so that a test which should fail does not wait for ever.</summary>
    private const int HangGuard = 30_000;

    [Fact(Timeout = HangGuard)]
    public async Task Every_reader_gets_everything_from_its_subscription_on()
    {
        Broadcast<Item> items = New();
        IAsyncEnumerable<Item> first = items.Subscribe();
        items.Publish(new Item(0));
        IAsyncEnumerable<Item> second = items.Subscribe();
        items.Publish(new Item(1));
        items.Complete();
        Assert.Equal(["0", "1"], await ReadAsync(first));
        Assert.Equal(["1"], await ReadAsync(second));
        Assert.Empty(await ReadAsync(items.Subscribe()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_came_before_is_kept_for_the_first_reader_alone()
    {
        Broadcast<Item> items = New(keepForFirst: true);
        items.Publish(new Item(0));
        IAsyncEnumerable<Item> first = items.Subscribe();
        IAsyncEnumerable<Item> second = items.Subscribe();
        items.Publish(new Item(1));
        items.Complete();
        Assert.Equal(["0", "1"], await ReadAsync(first));
        Assert.Equal(["1"], await ReadAsync(second));
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_came_before_is_kept_beyond_the_end()
    {
        Broadcast<Item> items = New(keepForFirst: true);
        items.Publish(new Item(0));
        items.Complete();
        Assert.Equal(["0"], await ReadAsync(items.Subscribe()));
        Assert.Empty(await ReadAsync(items.Subscribe()));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Without_keeping_what_came_before_is_gone()
    {
        Broadcast<Item> items = New();
        items.Publish(new Item(0));
        IAsyncEnumerable<Item> first = items.Subscribe();
        items.Complete();
        Assert.Empty(await ReadAsync(first));
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_kept_ones_are_bounded_and_their_loss_is_noted_and_counted_once_there_is_a_reader_who_missed_them()
    {
        Broadcast<Item> items = New(maxCount: 2, keepForFirst: true);
        Publish(items, 0, 5);
        Assert.Equal(0, items.Missed);
        Assert.True(items.HasRoom);
        IAsyncEnumerable<Item> reader = items.Subscribe();
        Assert.Equal(3, items.Missed);
        items.Publish(new Item(5));
        Assert.Equal(4, items.Missed);
        items.Complete();
        Assert.Equal(["missed 4", "4", "5"], await ReadAsync(reader));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_slow_reader_misses_some_and_the_others_none()
    {
        Broadcast<Item> items = New(maxCount: 3);
        IAsyncEnumerable<Item> slow = items.Subscribe();
        await using IAsyncEnumerator<Item> quick = items.Subscribe().GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
        {
            items.Publish(new Item(i));
            Assert.True(await quick.MoveNextAsync());
            Assert.Equal(i, quick.Current.Number);
        }
        Assert.Equal(7, items.Missed);
        items.Complete();
        Assert.Equal(["missed 7", "7", "8", "9"], await ReadAsync(slow));
        Assert.False(await quick.MoveNextAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_first_item_comes_before_all_others()
    {
        Broadcast<Item> items = New(keepForFirst: true);
        items.Publish(new Item(1));
        IAsyncEnumerable<Item> reader = items.Subscribe(new Item(0));
        items.Complete();
        Assert.Equal(["0", "1"], await ReadAsync(reader));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_leaves_midway_is_no_burden()
    {
        Broadcast<Item> items = New(maxCount: 2);
        await foreach (Item item in Published(items))
        {
            Assert.Equal(0, item.Number);
            break;
        }
        Publish(items, 2, 100);
        Assert.Equal(0, items.Missed);
        Assert.True(items.HasRoom);

        static IAsyncEnumerable<Item> Published(Broadcast<Item> items)
        {
            IAsyncEnumerable<Item> reader = items.Subscribe();
            Publish(items, 0, 2);
            return reader;
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_may_be_cancelled_while_it_waits_and_between_items()
    {
        Broadcast<Item> items = New();
        using CancellationTokenSource cancel = new();
        await using IAsyncEnumerator<Item> reader = items.Subscribe(cancellationToken: cancel.Token).GetAsyncEnumerator();
        await using IAsyncEnumerator<Item> waiting = items.Subscribe().GetAsyncEnumerator(cancel.Token);
        Publish(items, 0, 2);
        Assert.True(await reader.MoveNextAsync());
        Assert.True(await waiting.MoveNextAsync());
        Assert.True(await waiting.MoveNextAsync());
        ValueTask<bool> next = waiting.MoveNextAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.MoveNextAsync());
        Publish(items, 0, 10_000);
        Assert.Equal(0, items.Missed);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Room_is_made_by_taking_by_leaving_and_by_the_end()
    {
        Broadcast<Item> items = New(maxCount: 1);
        IAsyncEnumerator<Item> reader = items.Subscribe().GetAsyncEnumerator();
        items.Publish(new Item(0));
        Assert.False(items.HasRoom);
        Task made = items.RoomMadeAsync();
        Assert.False(made.IsCompleted);
        Assert.True(await reader.MoveNextAsync());
        await made;
        Assert.True(items.HasRoom);
        items.Publish(new Item(1));
        Assert.False(items.HasRoom);
        made = items.RoomMadeAsync();
        await reader.DisposeAsync();
        await made;
        Assert.True(items.HasRoom);
        made = items.RoomMadeAsync();
        items.Complete();
        await made;
        Assert.True(items.RoomMadeAsync().IsCompletedSuccessfully);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Under_stress_each_reader_has_or_is_told_of_every_item_in_order()
    {
        const int Count = 50_000;
        Broadcast<Item> items = New(maxCount: 50);
        IAsyncEnumerable<Item>[] readers = [.. Enumerable.Range(0, 4).Select(_ => items.Subscribe())];
        Task<(long Had, long Missed)>[] reading = [.. readers.Select((r, i) => Task.Run(() => CountAsync(r, yieldEvery: 1 + (i * 7))))];
        await Task.Run(() => Publish(items, 0, Count));
        items.Complete();
        (long Had, long Missed)[] accounts = await Task.WhenAll(reading);
        Assert.All(accounts, a => Assert.Equal(Count, a.Had + a.Missed));
        Assert.Equal(accounts.Sum(a => a.Missed), items.Missed);
        Assert.All(accounts, a => Assert.True(a.Had >= 50));
    }

    [Fact(Timeout = HangGuard)]
    public async Task Readers_may_come_and_go_while_items_are_published()
    {
        const int Count = 20_000;
        Broadcast<Item> items = New(maxCount: 1_000_000, keepForFirst: true);
        Task<(long Had, long Missed)> all = CountAsync(items.Subscribe(), yieldEvery: 3);
        Task[] visitors = [.. Enumerable.Range(0, 4).Select(n => Task.Run(() => VisitAsync(new Random(n))))];
        await Task.Run(() => Publish(items, 0, Count));
        items.Complete();
        await Task.WhenAll(visitors);
        Assert.Equal((Count, 0L), await all);
        Assert.Equal(0, items.Missed);

        async Task VisitAsync(Random random)
        {
            for (int visit = 0; visit < 200; visit++)
            {
                int stay = random.Next(1, 50);
                int last = -1;
                await foreach (Item item in items.Subscribe())
                {
                    Assert.True(last < 0 || item.Number == last + 1);
                    last = item.Number;
                    if (--stay == 0)
                    {
                        break;
                    }
                }
            }
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_publisher_that_waits_for_room_loses_nothing_and_never_hangs()
    {
        const int Count = 30_000;
        Broadcast<Item> items = New(maxCount: 4);
        Task<(long Had, long Missed)>[] reading =
        [
            .. Enumerable.Range(0, 2).Select(_ => items.Subscribe()).ToArray().Select(r => Task.Run(() => CountAsync(r, yieldEvery: 5))),
        ];
        Task publishing = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                while (true)
                {
                    Task made = items.RoomMadeAsync();
                    if (items.HasRoom)
                    {
                        break;
                    }
                    await made;
                }
                items.Publish(new Item(i));
            }
            items.Complete();
        });
        await publishing.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.All(await Task.WhenAll(reading), a => Assert.Equal((Count, 0L), a));
    }

    private static async Task<(long Had, long Missed)> CountAsync(IAsyncEnumerable<Item> items, int yieldEvery)
    {
        long had = 0;
        long missed = 0;
        await foreach (Item item in items)
        {
            if (item.Missed > 0)
            {
                missed += item.Missed;
                continue;
            }
            Assert.Equal(had + missed, item.Number);
            had++;
            if (had % yieldEvery == 0)
            {
                await Task.Yield();
            }
        }
        return (had, missed);
    }

    private static Broadcast<Item> New(int maxCount = 1000, bool keepForFirst = false) =>
        new(maxCount, long.MaxValue / 2, static i => i.Weight, Item.Note, keepForFirst);

    private static void Publish(Broadcast<Item> items, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            items.Publish(new Item(i));
        }
    }

    private static async Task<List<string>> ReadAsync(IAsyncEnumerable<Item> items)
    {
        List<string> read = [];
        await foreach (Item item in items)
        {
            read.Add(item.ToString());
        }
        return read;
    }
}
