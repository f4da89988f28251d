using Xunit;

namespace Ravatar.Client.Tests;

public class HistoryTailTests
{
    public static TheoryData<bool, bool> Orders =>
        new()
        {
            { true, true },
            { true, false },
            { false, false },
        };

    public static TheoryData<bool, bool, bool, int> FullPages =>
        new(
            from order in Orders
            from claimMore in new[] { true, false }
            from rows in new[] { 100, 200, 400, 500 }
            select (order.Data.Item1, order.Data.Item2, claimMore, rows)
        );

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task What_was_there_is_not_new_and_what_comes_is_new_once(bool newestFirst, bool descending)
    {
        ScriptedHistory history = New(newestFirst, descending, rows: 450);
        HistoryTail tail = await FixAsync(history);
        Assert.Empty(await ReadAsync(tail));
        history.Grow(3);
        Assert.Equal(["row 450", "row 451", "row 452"], await ReadAsync(tail));
        Assert.Empty(await ReadAsync(tail));
        history.Grow(250);
        Assert.Equal(history.Texts.Skip(453), await ReadAsync(tail));
        Assert.Empty(await ReadAsync(tail));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_empty_history_may_grow_past_its_first_page(bool newestFirst, bool descending)
    {
        ScriptedHistory history = New(newestFirst, descending, rows: 0);
        HistoryTail tail = await FixAsync(history);
        Assert.Empty(await ReadAsync(tail));
        history.Grow(2);
        Assert.Equal(["row 0", "row 1"], await ReadAsync(tail));
        history.Grow(350);
        Assert.Equal(history.Texts.Skip(2), await ReadAsync(tail));
        history.Grow(1);
        Assert.Equal(["row 352"], await ReadAsync(tail));
    }

    [Theory]
    [MemberData(nameof(FullPages))]
    public async Task Pages_may_be_exactly_full(bool newestFirst, bool descending, bool claimMore, int rows)
    {
        ScriptedHistory history = new()
        {
            PageSize = 100,
            NewestFirst = newestFirst,
            Descending = descending,
            FullPagesClaimMore = claimMore,
        };
        history.Grow(rows);
        HistoryTail tail = await FixAsync(history);
        Assert.Empty(await ReadAsync(tail));
        history.Grow(100);
        Assert.Equal(history.Texts.Skip(rows), await ReadAsync(tail));
        history.Grow(1);
        Assert.Equal(history.Texts.Skip(rows + 100), await ReadAsync(tail));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Rows_that_come_between_pages_are_new_now_or_next_time(bool newestFirst, bool descending)
    {
        ScriptedHistory history = New(newestFirst, descending, rows: 230);
        HistoryTail tail = await FixAsync(history);
        history.Grow(260);
        history.BeforeRead = _ => history.Grow(30);
        List<string> read = [.. await ReadAsync(tail)];
        history.BeforeRead = null;
        read.AddRange(await ReadAsync(tail));
        Assert.Equal(history.Texts.Skip(230), read);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Rows_without_ids_are_told_apart_by_what_they_say(bool newestFirst, bool descending)
    {
        ScriptedHistory history = new()
        {
            NewestFirst = newestFirst,
            Descending = descending,
            HasIds = false,
        };
        history.Grow(250);
        HistoryTail tail = await FixAsync(history);
        history.Grow(120);
        Assert.Equal(history.Texts.Skip(250), await ReadAsync(tail));
        Assert.Empty(await ReadAsync(tail));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Equal_dates_do_not_matter_once_the_order_is_known(bool newestFirst, bool descending)
    {
        ScriptedHistory history = New(newestFirst, descending, rows: 250);
        HistoryTail tail = await FixAsync(history);
        history.Grow(130, milliseconds: 0);
        Assert.Equal(history.Texts.Skip(250), await ReadAsync(tail));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_dates_page_one_is_taken_for_the_newest(bool equalDates)
    {
        ScriptedHistory history = new() { NewestFirst = true };
        for (int i = 0; i < 250; i++)
        {
            history.Add(equalDates ? DateTimeOffset.UnixEpoch : null);
        }
        HistoryTail tail = await FixAsync(history);
        history.Grow(130, milliseconds: 0);
        Assert.Equal(history.Texts.Skip(250), await ReadAsync(tail));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(101, 2)]
    [InlineData(12_345, 124)]
    [InlineData(100_000, 1000)]
    public async Task The_last_page_of_a_long_history_is_found_in_a_few_reads(int rows, int lastPage)
    {
        ScriptedHistory history = New(newestFirst: false, descending: false, rows);
        HistoryTail tail = await FixAsync(history);
        Assert.Contains(lastPage, history.Reads);
        Assert.InRange(history.Reads.Count, 1, 24);
        int before = history.Reads.Count;
        history.Grow(5);
        Assert.Equal(history.Texts.Skip(rows), await ReadAsync(tail));
        // The next pages only: not from the beginning again (unless all there was, was page 1).
        Assert.InRange(history.Reads.Count - before, 1, 4);
    }

    [Fact]
    public async Task Sixty_four_pages_are_read_at_most_and_oldest_first_the_rest_the_next_time()
    {
        ScriptedHistory history = New(newestFirst: false, descending: false, rows: 150);
        HistoryTail tail = await FixAsync(history);
        history.Grow(10_000);
        int before = history.Reads.Count;
        List<string> read = [.. await ReadAsync(tail)];
        Assert.Equal(64, history.Reads.Count - before);
        read.AddRange(await ReadAsync(tail));
        Assert.Equal(history.Texts.Skip(150), read);
        Assert.Empty(await ReadAsync(tail));
    }

    [Fact]
    public async Task Sixty_four_pages_are_read_at_most_and_newest_first_the_newest_of_them_are_new()
    {
        ScriptedHistory history = New(newestFirst: true, descending: true, rows: 150);
        HistoryTail tail = await FixAsync(history);
        history.Grow(10_000);
        int before = history.Reads.Count;
        Assert.Equal(history.Texts.Skip(150 + 3600), await ReadAsync(tail));
        Assert.Equal(64, history.Reads.Count - before);
        history.Grow(2);
        Assert.Equal(["row 10150", "row 10151"], await ReadAsync(tail));
    }

    [Theory]
    [InlineData(16 * 1024 * 1024, 2)]
    [InlineData(15 * 1024 * 1024, 3)]
    [InlineData(1024 * 1024, 32)]
    public async Task Not_much_more_than_32_MiB_are_read_at_a_time(int pageBytes, int pages)
    {
        ScriptedHistory history = new()
        {
            NewestFirst = true,
            Descending = true,
            PageBytes = pageBytes,
        };
        history.Grow(150);
        HistoryTail tail = await FixAsync(history);
        history.Grow(10_000);
        int before = history.Reads.Count;
        Assert.Equal(history.Texts.Skip(10_150 - (pages * 100)), await ReadAsync(tail));
        Assert.Equal(pages, history.Reads.Count - before);
    }

    [Fact]
    public async Task Long_rows_without_ids_are_told_apart_at_their_last_character()
    {
        ScriptedHistory history = new()
        {
            NewestFirst = true,
            Descending = true,
            HasIds = false,
        };
        DateTimeOffset date = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
        string common = new('x', 1000);
        history.Add(date, common + "a");
        HistoryTail tail = await FixAsync(history);
        foreach (char last in "bcd") // b and d have the same date and direction
        {
            history.Add(date.AddSeconds(1), common + last);
        }
        Assert.Equal([common + "b", common + "c", common + "d"], await ReadAsync(tail));
        Assert.Empty(await ReadAsync(tail));
    }

    [Fact]
    public async Task A_server_that_ignores_the_page_size_is_understood()
    {
        ScriptedHistory history = new()
        {
            PageSize = int.MaxValue / 2,
            Descending = true,
            NewestFirst = true,
        };
        history.Grow(5000);
        HistoryTail tail = await FixAsync(history);
        history.Grow(700);
        Assert.Equal(history.Texts.Skip(5000), await ReadAsync(tail));
        Assert.Empty(await ReadAsync(tail));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_page_that_fails_loses_nothing(bool newestFirst, bool descending)
    {
        ScriptedHistory history = New(newestFirst, descending, rows: 150);
        HistoryTail tail = await FixAsync(history);
        history.Grow(350);
        int start = history.Reads.Count;
        for (int failAt = 0; failAt < 3; failAt++)
        {
            int number = start + failAt;
            history.BeforeRead = n => _ = n < number ? 0 : throw new RavatarException("down");
            await Assert.ThrowsAsync<RavatarException>(() => tail.ReadNewAsync(CancellationToken.None));
            start = history.Reads.Count;
        }
        history.BeforeRead = null;
        Assert.Equal(history.Texts.Skip(150), await ReadAsync(tail));
    }

    [Fact]
    public async Task It_is_fixed_only_when_page_one_was_read()
    {
        ScriptedHistory history = New(newestFirst: true, descending: true, rows: 5);
        HistoryTail tail = new(history.ReadAsync);
        history.BeforeRead = _ => throw new RavatarException("down");
        await Assert.ThrowsAsync<RavatarException>(() => tail.FixAsync(CancellationToken.None));
        Assert.False(tail.IsFixed);
        history.BeforeRead = null;
        await tail.FixAsync(CancellationToken.None);
        Assert.True(tail.IsFixed);
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        HistoryTail tail = new(New(true, true, 5).ReadAsync);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tail.FixAsync(new CancellationToken(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tail.ReadNewAsync(new CancellationToken(canceled: true)));
    }

    private static ScriptedHistory New(bool newestFirst, bool descending, int rows)
    {
        ScriptedHistory history = new() { NewestFirst = newestFirst, Descending = descending };
        history.Grow(rows);
        return history;
    }

    private static async Task<HistoryTail> FixAsync(ScriptedHistory history)
    {
        HistoryTail tail = new(history.ReadAsync);
        await tail.FixAsync(CancellationToken.None);
        return tail;
    }

    private static async Task<IEnumerable<string>> ReadAsync(HistoryTail tail) =>
        (await tail.ReadNewAsync(CancellationToken.None)).Select(r => r.Request!);
}
