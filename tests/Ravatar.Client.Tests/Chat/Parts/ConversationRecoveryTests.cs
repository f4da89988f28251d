using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a lost connection leaves open, and what history's rows say about it, row by row.</summary>
public class ConversationRecoveryTests
{
    private static readonly RavatarConnectionException Reason = new("gave up");

    private readonly Books _books = new();

    private Conversation Conversation => _books.Conversation;

    [Fact]
    public async Task Without_anything_open_the_next_connection_needs_no_recovery()
    {
        _books.Write("hi");
        _books.Receive("hi", "re");
        Assert.False(_books.Lose());
        _books.Receive(new SystemEvent { Text = "at once" });
        Assert.Equal(2, (await _books.ReadAsync()).Count);
    }

    [Theory]
    [InlineData(nameof(OutgoingStage.Writing))]
    [InlineData(nameof(OutgoingStage.Written))]
    [InlineData(nameof(OutgoingStage.Received))]
    public async Task With_something_open_what_comes_is_held_until_recovery_is_over(string stage)
    {
        OutgoingMessage open = _books.Begin("open");
        open.Stage = Enum.Parse<OutgoingStage>(stage);
        Assert.True(_books.Lose());
        _books.Receive(new SystemEvent { Text = "held" });
        Assert.True(_books.Lose()); // lost again before recovery was over
        _books.Receive(new SystemEvent { Text = "held too" });
        Conversation.ReadRows([Books.AnswerRow("open", "recovered")]);
        Conversation.Resume();
        _books.Receive(new SystemEvent { Text = "later" });
        List<ChatEvent> read = await _books.ReadAsync();
        Assert.Equal(
            ["recovered", "held", "held too", "later"],
            read.Select(e => e is ChatAnswer answer ? answer.FullText : ((SystemEvent)e).Text)
        );
    }

    [Fact]
    public void What_waits_to_be_sent_again_needs_no_recovery()
    {
        _books.Write("again");
        _books.Lose();
        Conversation.TakeAbsent();
        Assert.False(_books.Lose());
    }

    [Fact]
    public void Held_answers_that_leave_a_doubt_ask_history_once_they_are_delivered()
    {
        DateTimeOffset date = _books.Time.GetUtcNow();
        _books.Write("hi");
        _books.Receive(Dated());
        _books.Write("hi");
        _books.Lose();
        _books.Receive(Dated());
        _books.Receive(new SystemEvent { Text = "no doubt" });
        Assert.Equal(0, _books.HistoryWanted);
        Conversation.Resume();
        Assert.Equal(1, _books.HistoryWanted);

        ChatAnswer Dated() =>
            new()
            {
                Request = "hi",
                FullText = "re",
                Date = date,
            };
    }

    [Theory]
    [InlineData(3, 1_000_000)] // by number
    [InlineData(100, 300)] // by bytes: these weigh 128 each
    public async Task The_socket_waits_while_too_much_is_held(int events, long bytes)
    {
        Books books = new(heldEvents: events, heldBytes: bytes);
        books.Write("open");
        for (int round = 0; round < 2; round++)
        {
            books.Lose();
            Assert.True(books.Conversation.WhenRoomAsync().IsCompleted);
            books.Receive(new SystemEvent());
            books.Receive(new SystemEvent());
            Assert.True(books.Conversation.WhenRoomAsync().IsCompleted);
            books.Receive(new SystemEvent());
            Task[] waiting = [books.Conversation.WhenRoomAsync(), books.Conversation.WhenRoomAsync()];
            Assert.DoesNotContain(waiting, t => t.IsCompleted);
            books.Conversation.Resume();
            await Task.WhenAll(waiting).WaitAsync(ManualTimeProvider.HangGuard);
            Assert.True(books.Conversation.WhenRoomAsync().IsCompleted);
        }
    }

    [Fact]
    public void What_the_server_is_not_known_to_have_is_unproven()
    {
        Assert.False(Conversation.HasUnproven());
        _books.Write("answered");
        OutgoingMessage open = _books.Write("open");
        _books.Receive("answered", "re");
        Assert.True(Conversation.HasUnproven());
        Conversation.ReadRows([Books.Row("answered"), Books.Row("open")]);
        Assert.Equal(OutgoingStage.Received, open.Stage);
        Assert.False(Conversation.HasUnproven());
        Conversation.Abandon(_books.Write("regretted"));
        Assert.False(Conversation.HasUnproven());
        _books.Lose();
        _books.Begin("on its way");
        Assert.True(Conversation.HasUnproven());
    }

    [Fact]
    public void Uncertain_is_what_an_earlier_connection_took_without_a_proof()
    {
        OutgoingMessage proven = _books.Write("proven");
        _books.Write("uncertain");
        _books.Begin("uncertain, half written");
        Assert.Equal(0, Conversation.CountUncertain());
        _books.Lose();
        _books.Write("new");
        Assert.Equal(3, Conversation.CountUncertain());
        Conversation.ReadRows([Books.Row("proven")]);
        Assert.Equal(2, Conversation.CountUncertain());
        Assert.True(proven.RowSeen);
    }

    [Fact]
    public void History_may_have_the_answer_to_what_reached_the_server_on_a_connection_that_died()
    {
        OutgoingMessage open = _books.Write("hi");
        Assert.False(Conversation.AwaitsHistory());
        Conversation.ReadRows([Books.Row("hi")]);
        Assert.False(Conversation.AwaitsHistory()); // its own connection still stands
        _books.Lose();
        Conversation.Resume();
        Assert.True(Conversation.AwaitsHistory());
        _books.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(30), open.Due);
        Assert.False(Conversation.AwaitsHistory()); // its time is over
    }

    [Fact]
    public void History_is_not_awaited_for_what_nobody_waits_for_or_may_have_been_lost()
    {
        _books.Write("may be lost");
        _books.Lose();
        Conversation.Resume();
        Assert.False(Conversation.AwaitsHistory());
        OutgoingMessage regretted = _books.Write("regretted");
        regretted.Doubtful = true;
        Assert.True(Conversation.AwaitsHistory());
        Conversation.Abandon(regretted);
        Assert.False(Conversation.AwaitsHistory());
    }

    [Theory]
    [InlineData("user-1", "avatar-1", true)]
    [InlineData(null, "avatar-1", true)]
    [InlineData(null, null, true)]
    [InlineData("user-2", "avatar-1", false)]
    [InlineData("user-1", "avatar-2", false)]
    [InlineData("user-2", "avatar-2", false)]
    public void Rows_count_that_may_be_this_users_with_this_avatar(string? user, string? avatar, bool counts)
    {
        OutgoingMessage open = _books.Write("hi");
        Conversation.ReadRows([Books.Row("hi", user, avatar)]);
        Assert.Equal(counts, open.RowSeen);
    }

    [Fact]
    public async Task Rows_that_are_neither_sent_nor_received_are_passed_over()
    {
        OutgoingMessage open = _books.Write("hi");
        Conversation.ReadRows([
            new()
            {
                Id = "1",
                Direction = new("system"),
                Request = "hi",
                Answer = "re",
            },
        ]);
        Assert.Equal(OutgoingStage.Written, open.Stage);
        Assert.Empty(await _books.ReadAsync());
    }

    [Fact]
    public void A_row_proves_one_message_and_those_written_before_it()
    {
        OutgoingMessage[] open = [_books.Write("other"), _books.Write("same"), _books.Write("same"), _books.Write(null)];
        Conversation.ReadRows([Books.Row("same"), Books.Row(" ")]);
        Assert.Equal([false, true, false, false], open.Select(m => m.RowSeen));
        Assert.Equal(
            [OutgoingStage.Received, OutgoingStage.Received, OutgoingStage.Written, OutgoingStage.Written],
            open.Select(m => m.Stage)
        );
        Conversation.ReadRows([Books.Row("same"), Books.Row("same")]);
        Assert.Equal([false, true, true, false], open.Select(m => m.RowSeen));
        Conversation.ReadRows([Books.Row(null)]);
        Assert.Equal([false, true, true, true], open.Select(m => m.RowSeen));
    }

    [Fact]
    public void A_row_belongs_first_to_what_was_answered_without_it()
    {
        _books.Write("same");
        _books.Receive("same", "re");
        OutgoingMessage open = _books.Write("same");
        Conversation.ReadRows([Books.Row("same")]);
        Assert.Equal((OutgoingStage.Written, 0), (open.Stage, Conversation.ExpectedRowCount));
        Conversation.ReadRows([Books.Row("same")]);
        Assert.Equal(OutgoingStage.Received, open.Stage);
    }

    [Fact]
    public void A_row_that_was_seen_before_its_answer_is_not_owed_any_more()
    {
        _books.Write("hi");
        Conversation.ReadRows([Books.Row("hi")]);
        _books.Receive("hi", "re");
        Assert.Equal(0, Conversation.ExpectedRowCount);
    }

    [Fact]
    public void A_message_whose_write_died_after_it_got_through_is_due_from_its_proof_on()
    {
        OutgoingMessage open = _books.Begin("hi");
        _books.Lose();
        Conversation.Resume();
        _books.Time.Advance(TimeSpan.FromSeconds(7));
        Conversation.ReadRows([Books.Row("hi")]);
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(37)), (open.WrittenAt, open.Due));
        Assert.True(open.Written.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_missed_answer_is_delivered_once_and_counted()
    {
        OutgoingMessage open = _books.Write("hi");
        _books.Lose();
        Conversation.ReadRows([Books.Row("hi"), Books.AnswerRow("hi", "re", "id-1")]);
        Conversation.Resume();
        Assert.Equal(OutgoingStage.Settled, open.Stage);
        Assert.True((await open.Answer!.Task.WaitAsync(ManualTimeProvider.HangGuard)).IsRecovered);
        Assert.False(Conversation.IsProven(2)); // no connection brought it
        _books.Receive("hi", "re", "id-1");
        Assert.Equal((1, 1), (_books.Counted.Recovered, _books.Counted.DuplicatesDropped));
        Assert.Equal(["re"], await _books.ReadAnswersAsync());
    }

    [Fact]
    public async Task An_answer_row_that_the_socket_brought_or_nobody_asked_for_is_no_news()
    {
        _books.Write("hi");
        _books.Receive("hi", "re", "id-1");
        OutgoingMessage open = _books.Write("open");
        Conversation.ReadRows([
            Books.AnswerRow("hi", "re", "id-1"),
            Books.AnswerRow("another device's", "re", "id-2"),
            Books.AnswerRow(null, "re", "id-3"),
        ]);
        Assert.False(open.Answer!.Task.IsCompleted);
        Assert.Equal(0, _books.Counted.Recovered);
        Assert.Equal(["re"], await _books.ReadAnswersAsync());
    }

    [Fact]
    public async Task A_follow_up_that_was_missed_is_delivered_as_one()
    {
        _books.Write("hi");
        _books.Receive("hi", "first", "id-1");
        Conversation.ReadRows([Books.AnswerRow("hi", "first", "id-1"), Books.AnswerRow("hi", "second", "id-2")]);
        ChatAnswer[] read = [.. (await _books.ReadAsync()).Cast<ChatAnswer>()];
        Assert.Equal([("first", false), ("second", true)], read.Select(a => (a.FullText, a.IsFollowUp)));
        Assert.Equal(1, _books.Counted.Recovered);
    }

    [Fact]
    public async Task A_spoken_question_takes_an_answer_from_history_once_its_own_row_was_there()
    {
        OutgoingMessage spoken = _books.Write(null);
        HistoryMessage answer = Books.AnswerRow("what was heard", "re", "id-1", ChatType.Voice);
        Conversation.ReadRows([answer]);
        Assert.False(spoken.Answer!.Task.IsCompleted);
        Conversation.ReadRows([Books.Row(null), answer]);
        Assert.True((await spoken.Answer.Task.WaitAsync(ManualTimeProvider.HangGuard)).IsVoice);
        Assert.Equal(["re"], await _books.ReadAnswersAsync());
    }

    [Fact]
    public void An_answer_row_proves_what_was_written_before_its_question()
    {
        OutgoingMessage before = _books.Write("before");
        _books.Write("hi");
        _books.Lose();
        Conversation.ReadRows([Books.AnswerRow("hi", "re")]);
        Assert.Equal(OutgoingStage.Received, before.Stage);
    }

    [Fact]
    public void What_history_does_not_show_is_ready_to_be_written_again()
    {
        Books books = new(suspectSilence: true);
        OutgoingMessage absent = books.Write("absent");
        OutgoingMessage regretted = books.Write("regretted");
        books.Time.Advance(TimeSpan.FromSeconds(25));
        Assert.True(absent.Suspected);
        books.Conversation.Abandon(regretted);
        books.Lose();
        OutgoingMessage present = books.Write("present");
        Assert.Same(absent, Assert.Single(books.Conversation.TakeAbsent()));
        Assert.Equal((OutgoingStage.Waiting, TimeSpan.MaxValue, false), (absent.Stage, absent.Due, absent.Suspected));
        Assert.Equal((OutgoingStage.Settled, OutgoingStage.Written, 1), (regretted.Stage, present.Stage, books.Left));
        Assert.Empty(books.Conversation.TakeAbsent());
        Assert.True(books.Conversation.TryBeginWrite(absent, epoch: 2));
        books.Conversation.Resume();
        // Its place is where it was: before what was written meanwhile.
        books.Receive(null, "to the oldest");
        Assert.True(absent.Answer!.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_waits_to_be_sent_again_is_proved_by_a_late_row()
    {
        OutgoingMessage absent = _books.Write("hi");
        _books.Lose();
        Conversation.TakeAbsent();
        Conversation.Resume();
        Conversation.ReadRows([Books.Row("hi")]);
        Assert.Equal(OutgoingStage.Received, absent.Stage);
        Assert.False(Conversation.TryBeginWrite(absent, epoch: 2));
    }

    [Fact]
    public void Where_at_most_once_is_wanted_the_uncertain_fail_and_the_rest_stays()
    {
        OutgoingMessage proven = _books.Write("proven");
        OutgoingMessage[] uncertain = [_books.Write("one"), _books.Write("two")];
        _books.Lose();
        Conversation.ReadRows([Books.Row("proven")]);
        Assert.Equal(2, Conversation.GiveUpUncertain(Reason));
        Assert.All(
            uncertain,
            m =>
            {
                Assert.Same(Reason, m.Answer!.Task.Exception!.InnerException);
                Assert.Equal(OutgoingStage.Settled, m.Stage);
            }
        );
        Assert.Equal((2, OutgoingStage.Received), (_books.Left, proven.Stage));
        Assert.Equal(0, Conversation.GiveUpUncertain(Reason));
        Conversation.Resume();
        _books.Receive("proven", "re");
        Assert.True(Conversation.IsQuietFor(TimeSpan.Zero));
    }
}
