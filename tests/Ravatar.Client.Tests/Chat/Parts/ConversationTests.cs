using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The channel's books, one entry at a time: what is open, due, answered, left out. Among sockets they are tested in <see cref="ChannelAskTests"/>.</summary>
public class ConversationTests
{
    private readonly Books _books = new();

    [Fact]
    public void A_message_goes_from_waiting_to_written_and_is_due_from_then_on()
    {
        OutgoingMessage message = _books.Message("hi");
        _books.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_books.Conversation.TryBeginWrite(message, epoch: 1));
        Assert.Equal(
            (OutgoingStage.Writing, 1, (long?)_books.Time.GetTimestamp()),
            (message.Stage, message.Epoch, message.WrittenTimestamp)
        );
        Assert.Equal(TimeSpan.MaxValue, message.Due);
        Assert.False(message.Written.Task.IsCompleted);
        _books.Time.Advance(TimeSpan.FromSeconds(2));
        _books.Conversation.Wrote(message);
        Assert.Equal((OutgoingStage.Written, (long?)_books.Time.GetTimestamp()), (message.Stage, message.WrittenTimestamp));
        Assert.Equal(TimeSpan.FromSeconds(35), message.Due);
        Assert.True(message.Written.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_was_taken_back_while_it_waited_is_not_written()
    {
        OutgoingMessage message = _books.Message("hi");
        _books.Conversation.Abandon(message);
        Assert.False(_books.Conversation.TryBeginWrite(message, epoch: 1));
        Assert.Equal((OutgoingStage.Settled, 1), (message.Stage, _books.Left));
    }

    [Fact]
    public async Task What_was_taken_back_after_the_write_keeps_its_place()
    {
        OutgoingMessage first = _books.Write("same");
        OutgoingMessage second = _books.Write("same");
        _books.Conversation.Abandon(first);
        Assert.Equal((OutgoingStage.Written, 0), (first.Stage, _books.Left));
        _books.Receive("same", "for the first");
        Assert.False(second.Answer!.Task.IsCompleted);
        _books.Receive("same", "for the second");
        Assert.Equal("for the second", (await second.Answer.Task).Text);
    }

    [Fact]
    public void What_was_to_be_sent_again_can_be_taken_back_too()
    {
        OutgoingMessage message = _books.Write("hi");
        _books.Lose();
        Assert.Same(message, Assert.Single(_books.Conversation.TakeAbsent()));
        _books.Conversation.Abandon(message);
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.Zero));
        Assert.False(_books.Conversation.TryBeginWrite(message, epoch: 2));
    }

    [Fact]
    public void A_message_for_a_session_that_is_over_fails_instead_of_being_written()
    {
        _books.Live.Enter("license", static (_, _) => { });
        OutgoingMessage message = _books.Message("hi", license: "license");
        OutgoingMessage again = _books.Message("again", license: "license");
        _books.WriteOut(again);
        _books.Lose();
        _books.Conversation.TakeAbsent();
        _books.Live.Leave();
        Assert.False(_books.Conversation.TryBeginWrite(message, epoch: 2));
        Assert.False(_books.Conversation.TryBeginWrite(again, epoch: 2));
        foreach (OutgoingMessage failed in new[] { message, again })
        {
            RavatarLiveException error = Assert.IsType<RavatarLiveException>(failed.Answer!.Task.Exception!.InnerException);
            Assert.Contains("ended before", error.Message, StringComparison.Ordinal);
            Assert.Equal(OutgoingStage.Settled, failed.Stage);
        }
        Assert.Equal(2, _books.Left);
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.Zero));
    }

    [Fact]
    public void An_answer_may_overtake_the_end_of_its_questions_write()
    {
        OutgoingMessage first = _books.Begin("first");
        OutgoingMessage second = _books.Begin("second");
        _books.Receive("second", "re: second");
        Assert.Equal((OutgoingStage.Received, OutgoingStage.Settled), (first.Stage, second.Stage));
        Assert.True(first.Written.Task.IsCompletedSuccessfully && second.Written.Task.IsCompletedSuccessfully);
        TimeSpan due = second.Due;
        _books.Time.Advance(TimeSpan.FromSeconds(5));
        _books.Conversation.Wrote(first);
        _books.Conversation.Wrote(second);
        Assert.Equal((OutgoingStage.Received, OutgoingStage.Settled), (first.Stage, second.Stage));
        Assert.Equal(due, second.Due);
        Assert.Equal(TimeSpan.FromSeconds(35), first.Due);
    }

    [Fact]
    public void One_timer_waits_for_what_is_due_first()
    {
        Assert.Empty(_books.Time.Pending);
        _books.Write("30 s");
        Assert.Equal([Soon(30)], _books.Time.Pending);
        _books.Write("10 s", seconds: 10);
        Assert.Equal([Soon(10)], _books.Time.Pending);
        _books.Write("60 s", seconds: 60);
        Assert.Equal([Soon(10)], _books.Time.Pending);
        _books.Time.Advance(Soon(10));
        // The one of 10 s keeps its place for as long as a dead connection takes to be noticed; the next is due sooner.
        Assert.Equal([TimeSpan.FromSeconds(20)], _books.Time.Pending);
    }

    [Fact]
    public void Nothing_is_due_while_there_is_no_connection()
    {
        _books.Write("hi");
        _books.Time.Advance(TimeSpan.FromSeconds(12));
        _books.Conversation.Pause();
        Assert.Empty(_books.Time.Pending);
        OutgoingMessage late = _books.Begin("late");
        _books.Conversation.Wrote(late);
        Assert.Empty(_books.Time.Pending);
        _books.Time.Advance(TimeSpan.FromDays(1));
        _books.Conversation.Resume();
        Assert.Equal([Soon(18)], _books.Time.Pending);
    }

    [Fact]
    public void A_question_times_out_once_and_says_what_to_do()
    {
        OutgoingMessage asked = _books.Write("hi");
        _books.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(asked.Answer!.Task.IsCompleted);
        _books.Time.Advance(TimeSpan.FromMilliseconds(1));
        RavatarTimeoutException late = Assert.IsType<RavatarTimeoutException>(asked.Answer.Task.Exception!.InnerException);
        Assert.Contains("30 s", late.Message, StringComparison.Ordinal);
        Assert.Contains("AnswerTimeout", late.Recommendation, StringComparison.Ordinal);
        Assert.True(asked.Abandoned);
        _books.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _books.Counted.TimedOut);
        Assert.Empty(_books.Suspected);
    }

    [Fact]
    public void Silence_is_suspected_and_a_question_times_out_however_early_the_timer_fires_and_however_slowly_that_is_dealt_with()
    {
        for (int early = 0; early <= 6_000; early += 50)
        {
            for (int passes = 50; passes <= 1_000; passes += 50)
            {
                Books books = new(suspectSilence: true);
                books.Time.FiresEarlyBy = TimeSpan.FromMicroseconds(early);
                books.Time.PassesPerLook = TimeSpan.FromMicroseconds(passes);
                OutgoingMessage asked = books.Write("hi");
                books.Time.Advance(TimeSpan.FromSeconds(24.1));
                bool suspected = books.Suspected.Count == 1;
                books.Time.Advance(TimeSpan.FromSeconds(6));
                Assert.True(
                    suspected && asked.Answer!.Task.IsFaulted,
                    $"{early} us early, {passes} us between two looks at the clock: suspected {suspected}"
                );
            }
        }
    }

    [Fact]
    public void What_is_due_when_the_connection_is_lost_times_out_then_and_is_not_sent_again()
    {
        OutgoingMessage asked = _books.Write("hi");
        _books.Time.Advance(TimeSpan.FromSeconds(30)); // the timer fires 1 ms later
        OutgoingMessage later = _books.Write("later");
        _books.Lose();
        Assert.IsType<RavatarTimeoutException>(asked.Answer!.Task.Exception?.InnerException);
        Assert.Same(later, Assert.Single(_books.Conversation.TakeAbsent()));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void After_a_sleep_a_question_times_out_and_a_dead_connection_has_time_to_be_noticed(bool platformPings, bool asks)
    {
        Books books = new(suspectSilence: !platformPings);
        OutgoingMessage message = books.Write("hi", asks);
        books.Time.Advance(TimeSpan.FromSeconds(3));
        books.Time.Sleep(TimeSpan.FromHours(1));
        books.Time.Advance(books.Time.Pending[0]);
        Assert.Equal(asks, message.Answer?.Task.IsFaulted ?? false);
        Assert.Equal(asks ? 1 : 0, books.Counted.TimedOut);
        Assert.Equal(platformPings ? [] : [1], books.Suspected);
        books.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((0, 0), (books.Left, books.Conversation.ExpectedRowCount));
        books.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, 1), (books.Left, books.Conversation.ExpectedRowCount));
    }

    [Fact]
    public void After_a_sleep_an_old_timer_does_not_hold_up_what_is_asked_then()
    {
        _books.Write("hi");
        _books.Receive("hi", "re");
        _books.Time.Advance(TimeSpan.FromSeconds(3));
        _books.Time.Sleep(TimeSpan.FromHours(1));
        OutgoingMessage asked = _books.Write("next", seconds: 10);
        _books.Time.Advance(Soon(10));
        Assert.True(asked.Answer!.Task.IsFaulted);
    }

    [Fact]
    public void A_sleep_keeps_the_place_of_nothing_that_is_proven_and_no_place_twice()
    {
        OutgoingMessage proven = _books.Write("proven");
        _books.Write("answered");
        _books.Receive("answered", "re");
        OutgoingMessage open = _books.Write("open");
        SleepOn();
        Assert.Equal((OutgoingStage.Settled, OutgoingStage.Written), (proven.Stage, open.Stage));
        SleepOn();
        Assert.Equal(OutgoingStage.Settled, open.Stage);

        void SleepOn()
        {
            _books.Time.Sleep(TimeSpan.FromHours(1));
            _books.Time.Advance(_books.Time.Pending[0]);
        }
    }

    [Fact]
    public void A_tick_that_the_loss_of_the_connection_overtakes_does_nothing()
    {
        OutgoingMessage sent = _books.Write("hi", asks: false);
        _books.Time.Sleep(TimeSpan.FromHours(1));
        _books.Time.BeforeFiring = () => _books.Lose();
        _books.Time.Advance(_books.Time.Pending[0]);
        Assert.Same(sent, Assert.Single(_books.Conversation.TakeAbsent()));
    }

    [Fact]
    public void Messages_without_pause_do_not_put_off_what_is_due()
    {
        OutgoingMessage asked = _books.Write("hi");
        _books.Time.Advance(TimeSpan.FromSeconds(30)); // the timer fires 1 ms later
        for (int i = 0; i < 4; i++)
        {
            _books.Write("more", seconds: 60);
            _books.Time.Advance(TimeSpan.FromMilliseconds(0.5));
        }
        Assert.True(asked.Answer!.Task.IsFaulted);
    }

    [Fact]
    public void History_is_asked_for_the_answer_to_what_turns_out_to_have_arrived_before_it_was_sent_again()
    {
        _books.Begin("first");
        _books.Begin("second");
        _books.Lose();
        _books.Conversation.TakeAbsent();
        _books.Conversation.Resume();
        _books.Receive("second", "re");
        Assert.Equal(1, _books.HistoryWanted);
        Assert.True(_books.Conversation.AwaitsHistory());
    }

    [Fact]
    public void What_history_proves_while_it_waits_to_be_sent_again_is_due_too()
    {
        OutgoingMessage asked = _books.Begin("hi");
        _books.Lose();
        _books.Conversation.TakeAbsent();
        _books.Conversation.Resume();
        _books.Conversation.ReadRows([Books.Row("hi")]);
        Assert.Equal([Soon(30)], _books.Time.Pending);
        _books.Time.Advance(Soon(30));
        Assert.IsType<RavatarTimeoutException>(asked.Answer!.Task.Exception?.InnerException);
    }

    [Fact]
    public void Nobody_waits_for_the_answer_to_what_was_only_sent_or_taken_back()
    {
        OutgoingMessage sent = _books.Write("sent", asks: false);
        OutgoingMessage regretted = _books.Write("regretted");
        _books.Conversation.Abandon(regretted);
        _books.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(sent.Abandoned);
        Assert.False(regretted.Answer!.Task.IsCompleted);
        Assert.Equal(0, _books.Counted.TimedOut);
        Assert.Equal(0, _books.Left);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_place_is_given_up_after_one_more_time_out_and_the_server_taken_to_have_the_message(bool rowSeen, int expected)
    {
        OutgoingMessage message = _books.Write("hi");
        if (rowSeen)
        {
            _books.Conversation.ReadRows([Books.Row("hi")]);
        }
        _books.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(_books.Conversation.IsQuietFor(TimeSpan.Zero));
        Assert.Equal((0, 0), (_books.Left, _books.Conversation.ExpectedRowCount));
        _books.Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.Zero));
        Assert.Equal((1, expected), (_books.Left, _books.Conversation.ExpectedRowCount));
        Assert.Equal(OutgoingStage.Settled, message.Stage);
        Assert.Empty(_books.Time.Pending);
    }

    [Fact]
    public void Silence_is_suspected_once_where_the_platform_does_not_ping()
    {
        Books books = new(suspectSilence: true);
        OutgoingMessage message = books.Write("hi");
        Assert.Equal([Soon(24)], books.Time.Pending);
        books.Time.Advance(Soon(24));
        Assert.Equal([1], books.Suspected);
        Assert.True(message.Suspected);
        Assert.Equal([TimeSpan.FromSeconds(6)], books.Time.Pending);
        books.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([1], books.Suspected);
    }

    [Fact]
    public void Anything_that_comes_is_a_sign_of_life()
    {
        Books books = new(suspectSilence: true);
        books.Write("hi");
        books.Receive(new SystemEvent { Text = "a word" });
        books.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(books.Suspected);
    }

    [Fact]
    public void What_an_earlier_connection_swallowed_does_not_make_this_one_suspicious()
    {
        Books books = new(suspectSilence: true);
        books.Write("hi");
        books.Lose();
        books.Conversation.ReadRows([Books.Row("hi")]);
        books.Conversation.Resume();
        books.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(books.Suspected);
    }

    [Fact]
    public void Where_the_platform_pings_silence_is_its_business()
    {
        _books.Write("hi");
        _books.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(_books.Suspected);
    }

    [Fact]
    public void Everything_open_fails_at_the_end()
    {
        OutgoingMessage asked = _books.Write("asked");
        OutgoingMessage sent = _books.Begin("sent", asks: false);
        RavatarConnectionException reason = new("over");
        _books.Conversation.Fail(reason);
        Assert.Same(reason, asked.Answer!.Task.Exception!.InnerException);
        Assert.Same(reason, sent.Written.Task.Exception!.InnerException);
        Assert.Equal((OutgoingStage.Settled, OutgoingStage.Settled), (asked.Stage, sent.Stage));
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.Zero));
    }

    [Fact]
    public void It_is_quiet_a_while_after_the_last_message_was_settled()
    {
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.FromDays(1))); // nothing ever was
        _books.Time.Advance(TimeSpan.FromSeconds(1));
        _books.Write("hi");
        Assert.False(_books.Conversation.IsQuietFor(TimeSpan.Zero));
        _books.Receive("hi", "re");
        Assert.False(_books.Conversation.IsQuietFor(TimeSpan.FromSeconds(5)));
        _books.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.False(_books.Conversation.IsQuietFor(TimeSpan.FromSeconds(5)));
        _books.Time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_books.Conversation.IsQuietFor(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void What_is_disposed_has_no_timer()
    {
        _books.Write("hi");
        _books.Conversation.Dispose();
        Assert.Empty(_books.Time.Pending);
    }

    // Rounding must never wake it too early.
    private static TimeSpan Soon(int seconds) => TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(1);
}
