using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class SubscriptionTests
{
    /// <summary>In milliseconds; only so that a test which should fail does not wait for ever.</summary>
    private const int HangGuard = 30_000;

    [Fact]
    public void Items_come_out_in_order_so_many_at_a_time()
    {
        Subscription<Item> items = New(10, 100);
        foreach (int n in Enumerable.Range(0, 5))
        {
            Assert.Equal(0, items.Offer(new Item(n)));
        }
        Assert.Equal(["0", "1", "2"], Take(items, 3));
        Assert.Equal(["3", "4"], Take(items, 3));
        Assert.Empty(Take(items, 3));
    }

    [Fact]
    public void The_oldest_give_way_by_count_and_a_note_says_how_many()
    {
        Subscription<Item> items = New(3, 100);
        Assert.Equal([0, 0, 0, 1, 1], Enumerable.Range(0, 5).Select(n => items.Offer(new Item(n))));
        Assert.Equal(["missed 2", "2", "3", "4"], Take(items, 10));
        items.Offer(new Item(5));
        Assert.Equal(["5"], Take(items, 10));
    }

    [Fact]
    public void The_oldest_give_way_by_weight()
    {
        Subscription<Item> items = New(100, 10);
        Assert.Equal(0, items.Offer(new Item(0, 4)));
        Assert.Equal(0, items.Offer(new Item(1, 6)));
        Assert.Equal(1, items.Offer(new Item(2, 1)));
        Assert.Equal(2, items.Offer(new Item(3, 10)));
        Assert.Equal(["missed 3", "3"], Take(items, 10));
    }

    [Fact]
    public void What_is_heavier_than_the_limit_is_kept_alone()
    {
        Subscription<Item> items = New(100, 10);
        items.Offer(new Item(0, 1));
        Assert.Equal(1, items.Offer(new Item(1, 1000)));
        Assert.False(items.HasRoom);
        Assert.Equal(1, items.Offer(new Item(2, 1)));
        Assert.True(items.HasRoom);
        Assert.Equal(["missed 2", "2"], Take(items, 10));
    }

    [Fact]
    public void Without_a_note_the_rest_comes_alone()
    {
        Subscription<Item> items = new(1, 100, static i => i.Weight, missedNote: null);
        items.Offer(new Item(0));
        items.Offer(new Item(1));
        Assert.Equal(["1"], Take(items, 10));
    }

    [Fact]
    public void It_has_room_while_nothing_need_give_way()
    {
        Subscription<Item> items = New(2, 10);
        Assert.True(items.HasRoom);
        items.Offer(new Item(0));
        Assert.True(items.HasRoom);
        items.Offer(new Item(1));
        Assert.False(items.HasRoom);
        Take(items, 1);
        Assert.True(items.HasRoom);
        items.Offer(new Item(2, 9));
        Assert.False(items.HasRoom);
        items.Complete();
        Assert.True(items.HasRoom);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_waits_for_an_item_or_the_end()
    {
        Subscription<Item> items = New(10, 100);
        Task<bool> waiting = items.WaitAsync();
        Assert.False(waiting.IsCompleted);
        items.Offer(new Item(0));
        Assert.True(await waiting);
        Assert.True(await items.WaitAsync());
        Take(items, 1);
        waiting = items.WaitAsync();
        items.Complete();
        Assert.False(await waiting);
        Assert.False(await items.WaitAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task After_the_end_nothing_is_added_but_what_is_there_can_be_taken()
    {
        Subscription<Item> items = New(10, 100);
        items.Offer(new Item(0));
        items.Complete();
        Assert.Equal(0, items.Offer(new Item(1)));
        Assert.True(await items.WaitAsync());
        Assert.Equal(["0"], Take(items, 10));
        Assert.False(await items.WaitAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_has_gone_keeps_nothing()
    {
        Subscription<Item> items = New(1, 100);
        items.Offer(new Item(0));
        items.Discard();
        Assert.True(items.HasRoom);
        Assert.Equal(0, items.Offer(new Item(1)));
        Assert.Empty(Take(items, 10));
        Assert.False(await items.WaitAsync());
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_that_need_not_be_woken_yet_is_woken_later_or_for_a_batch()
    {
        Subscription<Item> items = New(1000, 1000);
        Task<bool> waiting = items.WaitAsync();
        items.Offer(new Item(0), wake: false);
        Assert.False(waiting.IsCompleted);
        items.Wake();
        Assert.True(await waiting);
        Take(items, 1);
        waiting = items.WaitAsync();
        items.Wake();
        Assert.False(waiting.IsCompleted); // there is nothing for it
        for (int i = 0; i < Subscription<Item>.Batch; i++)
        {
            Assert.False(waiting.IsCompleted);
            items.Offer(new Item(i), wake: false);
        }
        Assert.True(await waiting);
    }

    [Theory(Timeout = HangGuard)]
    [InlineData(1, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(63, 32)]
    [InlineData(1000, 32)]
    public async Task A_reader_is_woken_when_its_queue_is_half_full(int capacity, int woken)
    {
        Subscription<Item> items = New(capacity, 10_000);
        Task<bool> waiting = items.WaitAsync();
        for (int i = 0; i < woken; i++)
        {
            Assert.False(waiting.IsCompleted);
            Assert.Equal(0, items.Offer(new Item(i), wake: false));
        }
        Assert.True(await waiting);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_reader_is_woken_when_half_its_weight_is_there_or_something_gave_way()
    {
        Subscription<Item> items = New(1000, 10);
        Task<bool> waiting = items.WaitAsync();
        items.Offer(new Item(0, 5), wake: false);
        Assert.False(waiting.IsCompleted);
        items.Offer(new Item(1, 1), wake: false);
        Assert.True(await waiting);
        Take(items, 2);
        waiting = items.WaitAsync();
        items.Offer(new Item(2, 5), wake: false);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, items.Offer(new Item(3, 6), wake: false));
        Assert.True(await waiting);
    }

    [Fact]
    public void Whatever_is_offered_and_taken_every_item_is_had_or_counted()
    {
        Gen<(bool Take, int Value)> step =
            from take in Gen.Elements(true, false, false)
            from value in Gen.Choose(1, 12)
            select (take, value);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(100), Prop.ForAll(step.ArrayOf().ToArbitrary(), Accounts));
    }

    private static void Accounts((bool Take, int Value)[] steps)
    {
        Subscription<Item> items = New(5, 20);
        List<Item> queue = [];
        List<Item> batch = [];
        int offered = 0;
        long next = 0;
        foreach ((bool take, int value) in steps)
        {
            if (!take)
            {
                Item item = new(offered++, value);
                int before = queue.Count;
                while (queue.Count > 0 && (queue.Count >= 5 || queue.Sum(i => i.Weight) + value > 20))
                {
                    queue.RemoveAt(0);
                }
                Assert.Equal(before - queue.Count, items.Offer(item));
                queue.Add(item);
                continue;
            }
            batch.Clear();
            Assert.Equal(queue.Count > 0, items.TryTake(batch, value));
            Assert.True(batch.Count <= value);
            foreach (Item item in batch)
            {
                // A note stands exactly where its items were.
                next += item.Missed;
                if (item.Missed == 0)
                {
                    Assert.Equal(next++, item.Number);
                    queue.Remove(item);
                }
            }
        }
        next +=
            Take(items, 1) is [string note, ..] && note.StartsWith("missed ", StringComparison.Ordinal)
                ? long.Parse(note.AsSpan(7), System.Globalization.CultureInfo.InvariantCulture)
                : 0;
        Assert.Equal(offered, next + queue.Count);
    }

    private static Subscription<Item> New(int count, long weight)
    {
        Subscription<Item> items = new(count, weight, static i => i.Weight, Item.Note);
        items.Claim();
        return items;
    }

    private static List<string> Take(Subscription<Item> items, int max)
    {
        List<Item> batch = [];
        Assert.Equal(items.TryTake(batch, max), batch.Count > 0);
        return [.. batch.Select(i => i.ToString())];
    }
}
