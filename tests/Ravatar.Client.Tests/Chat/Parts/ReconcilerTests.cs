using System.Threading.Channels;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>When history is read, how long it is given to settle, and what is done where it cannot be read.</summary>
public class ReconcilerTests
{
    private const double Settle = 2.5;
    private static readonly RavatarBusyException Busy = new("busy");

    private readonly Books _books = new();
    private readonly ChatChannelOptions _options = new() { HistorySettleTime = TimeSpan.FromSeconds(Settle) };
    private readonly List<HistoryMessage> _rows = [];
    private readonly List<double> _reads = [];
    private readonly Channel<int> _read = Channel.CreateUnbounded<int>();
    private Func<int, Exception?> _onRead = static _ => null;
    private Func<CancellationToken, Task> _before = static _ => Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_history_does_not_show_after_it_had_time_to_settle_is_sent_again()
    {
        Reconciler reconciler = await FixedAsync();
        OutgoingMessage lost = _books.Write("lost");
        _books.Lose();
        Task<IReadOnlyList<OutgoingMessage>> recovering = reconciler.RecoverAsync(Token);
        await StepAsync(1, 1, 0.5);
        Assert.Same(lost, Assert.Single(await Soon(recovering)));
        Assert.Equal([0, 0, 1, 2, Settle], _reads);
        Assert.Equal((1, 0), (_books.Counted.Resent, _books.Counted.HistoryFailures));
    }

    [Fact]
    public async Task Recovery_is_over_as_soon_as_history_accounts_for_everything()
    {
        Reconciler reconciler = await FixedAsync();
        _books.Write("late row");
        _books.Lose();
        Task<IReadOnlyList<OutgoingMessage>> recovering = reconciler.RecoverAsync(Token);
        _rows.Add(Books.Row("late row", id: "1"));
        await StepAsync(1);
        Assert.Empty(await Soon(recovering));
        Assert.Equal([0, 0, 1], _reads);
        Assert.Equal(0, _books.Counted.Resent);
    }

    [Theory]
    [InlineData(UncertainMessagePolicy.SendAgain)]
    [InlineData(UncertainMessagePolicy.GiveUp)]
    public async Task Three_failures_after_the_settle_time_and_the_option_decides(UncertainMessagePolicy policy)
    {
        _options.UncertainMessages = policy;
        Reconciler reconciler = await FixedAsync();
        OutgoingMessage lost = _books.Write("lost");
        _books.Lose();
        _onRead = _ => Busy;
        Task<IReadOnlyList<OutgoingMessage>> recovering = reconciler.RecoverAsync(Token);
        await StepAsync(1, 1, 0.5, 1, 1);
        IReadOnlyList<OutgoingMessage> again = await Soon(recovering);
        Assert.Equal([0, 0, 1, 2, Settle, Settle + 1, Settle + 2], _reads);
        Assert.Equal(1, _books.Counted.HistoryFailures);
        if (policy == UncertainMessagePolicy.SendAgain)
        {
            Assert.Same(lost, Assert.Single(again));
            Assert.Equal((1, 0), (_books.Counted.Resent, _books.Counted.NotResent));
        }
        else
        {
            Assert.Empty(again);
            Assert.Equal((0, 1), (_books.Counted.Resent, _books.Counted.NotResent));
            RavatarConnectionException failed = Assert.IsType<RavatarConnectionException>(lost.Answer!.Task.Exception!.InnerException);
            Assert.Same(Busy, failed.InnerException);
            Assert.Contains("history cannot tell", failed.Message, StringComparison.Ordinal);
            Assert.Contains("UncertainMessages", failed.Recommendation, StringComparison.Ordinal);
        }
        HistoryUnavailable told = Assert.IsType<HistoryUnavailable>(Assert.Single(await _books.ReadAsync()));
        Assert.Equal((1, Busy), (told.UncertainMessages, told.Exception));
    }

    [Fact]
    public async Task A_single_failure_is_tried_again()
    {
        Reconciler reconciler = await FixedAsync();
        _books.Write("lost");
        _books.Lose();
        _onRead = static n => n == 5 ? Busy : null; // the one that would have settled it
        Task<IReadOnlyList<OutgoingMessage>> recovering = reconciler.RecoverAsync(Token);
        await StepAsync(1, 1, 0.5, 1);
        Assert.Single(await Soon(recovering));
        Assert.Equal(0, _books.Counted.HistoryFailures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_knowing_what_was_there_before_nothing_can_be_told(bool uncertain)
    {
        _onRead = static n => n == 1 ? Busy : null;
        Reconciler reconciler = await FixedAsync();
        OutgoingMessage message = _books.Write("hi");
        if (!uncertain)
        {
            _books.Receive("hi", "re");
        }
        _books.Lose();
        Assert.Equal(uncertain ? [message] : [], await Soon(reconciler.RecoverAsync(Token)));
        Assert.Equal([0], _reads);
        Assert.Equal(uncertain ? 1 : 0, _books.Counted.HistoryFailures);
    }

    [Fact]
    public async Task A_server_that_never_answers_holds_nothing_up_for_long()
    {
        _before = static token => Task.Delay(Timeout.InfiniteTimeSpan, token);
        (Reconciler reconciler, ChannelHistory history) = NewReconciler();
        history.FixBaseline(Token);
        Task baseline = reconciler.BaselineAsync(Token);
        Assert.Same(reconciler.StopAsync(), reconciler.StopAsync());
        Assert.False(baseline.IsCompleted);
        await StepAsync(Settle + 5);
        await baseline.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Empty(_books.Time.Pending);
    }

    [Fact]
    public async Task Recovery_waits_until_it_is_known_what_was_there_before()
    {
        TaskCompletionSource slow = new();
        _before = _ => slow.Task;
        (Reconciler reconciler, ChannelHistory history) = NewReconciler();
        history.FixBaseline(Token);
        _books.Write("hi");
        _books.Lose();
        Task<IReadOnlyList<OutgoingMessage>> recovering = reconciler.RecoverAsync(Token);
        Assert.Single(_reads);
        _rows.Add(Books.Row("hi", id: "1"));
        slow.SetResult(); // the row was there before, as far as anybody can tell
        await StepAsync(1, 1, 0.5);
        Assert.Single(await Soon(recovering));
    }

    [Fact]
    public async Task Whatever_a_read_throws_while_the_channel_closes_is_a_cancellation()
    {
        Reconciler reconciler = await FixedAsync();
        using CancellationTokenSource closing = new();
        _before = _ =>
        {
            closing.Cancel();
            throw new InvalidOperationException("disposed under its feet");
        };
        _books.Write("hi");
        _books.Lose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(reconciler.RecoverAsync(closing.Token)));
    }

    [Fact]
    public async Task What_could_not_be_read_at_the_start_is_tried_again_less_and_less_often()
    {
        _onRead = static n => n < 14 ? Busy : null;
        Reconciler reconciler = await FixedAsync();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = reconciler.WatchAsync(stop.Token);
        await StepAsync(5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60);
        await ReadsAsync(14);
        reconciler.Wake(); // it is known now: nothing is read without need
        reconciler.Wake();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(14, _reads.Count);
    }

    [Fact]
    public async Task It_is_tried_again_only_in_a_pause_of_the_conversation()
    {
        _onRead = static n => n == 1 ? Busy : null;
        Reconciler reconciler = await FixedAsync();
        _books.Write("open", seconds: 600);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = reconciler.WatchAsync(stop.Token);
        await StepAsync(5, 1, 1);
        await _books
            .Time.WaitForTimerAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), Token)
            .WaitAsync(ManualTimeProvider.HangGuard, Token);
        _books.Receive("open", "re");
        await StepAsync(1, 1, 1);
        await ReadsAsync(2);
        Assert.Equal([0, 10], _reads);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(0, _books.Conversation.ExpectedRowCount);
    }

    [Fact]
    public async Task An_answer_that_only_history_may_have_is_looked_for_less_and_less_often()
    {
        Reconciler reconciler = await FixedAsync();
        _books.Write("doubtful").Doubtful = true;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = reconciler.WatchAsync(stop.Token);
        await StepAsync(1, 2, 3, 4, 5);
        _rows.Add(Books.AnswerRow("doubtful", "re", "1"));
        await StepAsync(5);
        await ReadsAsync(7);
        Assert.Equal([0, 1, 3, 6, 10, 15, 20], _reads);
        Assert.Equal(1, _books.Counted.Recovered);
        OutgoingMessage next = _books.Write("doubtful too");
        next.Doubtful = true;
        reconciler.Wake();
        await StepAsync(1, 2); // from the beginning
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualTimeProvider.HangGuard, Token));
    }

    [Theory]
    [InlineData(256, 0)] // all rows are there
    [InlineData(1, 255)] // enough of them
    [InlineData(0, 0)] // none, and there will be none
    public async Task Books_that_grow_long_are_shortened(int rows, int left)
    {
        Reconciler reconciler = await FixedAsync();
        for (int i = 0; i < Reconciler.RowsBeforeReading; i++)
        {
            _books.Write($"{i}");
            _books.Receive($"{i}", "re");
        }
        _rows.AddRange(Enumerable.Range(0, rows).Select(i => Books.Row($"{i}", id: $"{i}")));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = reconciler.WatchAsync(stop.Token);
        if (rows == 0)
        {
            await StepAsync(Settle);
        }
        await ReadsAsync(rows == 0 ? 3 : 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(left, _books.Conversation.ExpectedRowCount);
        Assert.Equal(rows == 0 ? [0, 0, Settle] : [0, 0], _reads);
    }

    [Fact]
    public async Task Books_are_not_shortened_by_a_read_that_failed()
    {
        Reconciler reconciler = await FixedAsync();
        for (int i = 0; i < Reconciler.RowsBeforeReading; i++)
        {
            _books.Write($"{i}");
            _books.Receive($"{i}", "re");
        }
        _onRead = static n => n == 3 ? Busy : null;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task watching = reconciler.WatchAsync(stop.Token);
        await StepAsync(Settle, Settle);
        await ReadsAsync(5);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal([0, 0, Settle, Settle, 2 * Settle], _reads);
        Assert.Equal(0, _books.Conversation.ExpectedRowCount);
    }

    private (Reconciler Reconciler, ChannelHistory History) NewReconciler() => _books.NewReconciler(_options, ReadAsync);

    /// <summary>One that has looked at history once.</summary>
    private async Task<Reconciler> FixedAsync()
    {
        (Reconciler reconciler, ChannelHistory history) = NewReconciler();
        history.FixBaseline(Token);
        await reconciler.BaselineAsync(Token).WaitAsync(ManualTimeProvider.HangGuard, Token);
        return reconciler;
    }

    private async Task<HistoryPage> ReadAsync(int page, CancellationToken cancellationToken)
    {
        int number;
        lock (_reads)
        {
            _reads.Add(_books.Time.Elapsed.TotalSeconds);
            number = _reads.Count;
        }
        await _before(cancellationToken);
        _read.Writer.TryWrite(number);
        return _onRead(number) is { } failure ? throw failure : new HistoryPage { Page = page, Messages = [.. _rows] };
    }

    /// <summary>Waits until history has been read so often in all.</summary>
    private async Task ReadsAsync(int count)
    {
        while (await _read.Reader.ReadAsync(Token).AsTask().WaitAsync(ManualTimeProvider.HangGuard, Token) < count) { }
    }

    /// <summary>Moves the clock by these waits, in seconds, each when it is asked for.</summary>
    private async Task StepAsync(params double[] seconds)
    {
        foreach (double wait in seconds)
        {
            await _books.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(wait), TimeSpan.FromSeconds(wait), Token);
        }
    }

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(ManualTimeProvider.HangGuard, Token);
}
