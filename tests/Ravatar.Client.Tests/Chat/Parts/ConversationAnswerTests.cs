using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a connection brings: to the readers, to the question that it answers, or left out as a copy.</summary>
public class ConversationAnswerTests
{
    private readonly Books _books = new();

    [Fact]
    public async Task An_answer_goes_to_the_readers_and_to_who_asked()
    {
        OutgoingMessage question = _books.Write("hi");
        Assert.False(_books.Conversation.IsProven(1));
        _books.Receive("hi", "re: hi");
        ChatAnswer answer = await question.Answer!.Task.WaitAsync(ManualTimeProvider.HangGuard);
        Assert.Equal("re: hi", answer.FullText);
        Assert.True(_books.Conversation.IsProven(1));
        Assert.False(_books.Conversation.IsProven(2));
        Assert.Equal((OutgoingStage.Settled, 1, 1), (question.Stage, _books.Left, _books.Conversation.ExpectedRowCount));
        Assert.Equal(0, _books.HistoryWanted);
        ChatAnswer read = Assert.IsType<ChatAnswer>(Assert.Single(await _books.ReadAsync()));
        Assert.Same(read, answer);
        Assert.False(read.IsFollowUp || read.IsVoice || read.IsRecovered);
    }

    [Fact]
    public async Task An_answer_to_a_spoken_question_is_marked_before_anybody_sees_it()
    {
        OutgoingMessage question = _books.Write(null);
        _books.Receive(new ChatAnswer { FullText = "re", ChatType = ChatType.Voice });
        Assert.True((await question.Answer!.Task.WaitAsync(ManualTimeProvider.HangGuard)).IsVoice);
    }

    [Fact]
    public async Task What_nobody_asked_for_goes_to_the_readers_alone_and_proves_nothing()
    {
        OutgoingMessage question = _books.Write("hi");
        _books.Receive("something else", "unasked");
        _books.Receive(
            new ChatAnswer
            {
                Request = "hi",
                FullText = "another avatar's",
                AvatarId = "avatar-2",
            }
        );
        _books.Receive(new SystemEvent { Text = "a word" });
        Assert.False(question.Answer!.Task.IsCompleted);
        Assert.False(_books.Conversation.IsProven(1));
        Assert.Equal(3, (await _books.ReadAsync()).Count);
    }

    [Fact]
    public async Task A_follow_up_is_one_as_long_as_its_question_is_remembered()
    {
        _books.Write("hi");
        _books.Receive("hi", "first");
        _books.Time.Advance(TimeSpan.FromSeconds(29));
        _books.Receive("hi", "second");
        _books.Time.Advance(TimeSpan.FromSeconds(1));
        _books.Receive("hi", "third");
        Assert.Equal([false, true, false], (await _books.ReadAsync()).Cast<ChatAnswer>().Select(a => a.IsFollowUp));
        Assert.Equal(1, _books.Conversation.ExpectedRowCount);
    }

    [Fact]
    public async Task A_copy_that_the_next_connection_brings_is_left_out_and_counted()
    {
        _books.Write("hi");
        _books.Receive("hi", "re", "id-1");
        _books.Lose();
        _books.Conversation.Resume();
        _books.Receive("hi", "re", "id-1");
        Assert.Equal(1, _books.Counted.DuplicatesDropped);
        Assert.Equal(0, _books.HistoryWanted);
        Assert.Equal(["re"], await _books.ReadAnswersAsync());
    }

    [Fact]
    public async Task Without_ids_and_dates_equal_words_are_a_copy_unless_somebody_waits_for_them()
    {
        _books.Write("hi");
        _books.Receive("hi", "re");
        _books.Lose();
        _books.Conversation.Resume();
        OutgoingMessage again = _books.Write("hi");
        _books.Receive("hi", "re"); // the answer
        Assert.True(again.Answer!.Task.IsCompletedSuccessfully);
        _books.Receive("hi", "re"); // nobody waits
        Assert.Equal(1, _books.Counted.DuplicatesDropped);
        Assert.Equal(["re", "re"], await _books.ReadAnswersAsync());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("id-1", 0)]
    public void History_is_asked_whether_a_copy_was_the_answer_to_an_equal_question(string? id, int wanted)
    {
        DateTimeOffset date = _books.Time.GetUtcNow();
        _books.Write("hi");
        _books.Receive(Dated());
        _books.Lose();
        _books.Conversation.Resume();
        OutgoingMessage again = _books.Write("hi");
        _books.Receive(Dated());
        Assert.False(again.Answer!.Task.IsCompleted);
        Assert.Equal((wanted, wanted == 1), (_books.HistoryWanted, again.Doubtful));
        Assert.Equal(wanted == 1, _books.Conversation.AwaitsHistory());
        Assert.Equal(1, _books.Counted.DuplicatesDropped);

        ChatAnswer Dated() =>
            new()
            {
                Request = "hi",
                FullText = "re",
                Date = date,
                Id = id,
            };
    }

    [Fact]
    public void History_is_read_when_many_rows_are_owed_and_not_for_what_answers_nothing()
    {
        for (int i = 1; i < Reconciler.RowsBeforeReading; i++)
        {
            _books.Write($"{i}");
            _books.Receive($"{i}", "re");
        }
        Assert.Equal(0, _books.HistoryWanted);
        _books.Write("last");
        _books.Receive("last", "re");
        Assert.Equal(1, _books.HistoryWanted);
        _books.Receive("nobody's", "unasked");
        Assert.Equal(1, _books.HistoryWanted);
        _books.Write("one more");
        _books.Receive("one more", "re");
        Assert.Equal(2, _books.HistoryWanted);
        _books.Conversation.ForgetExpectedRows();
        Assert.Equal(0, _books.Conversation.ExpectedRowCount);
    }

    [Fact]
    public void An_answer_proves_its_question_and_those_before_it_but_none_after()
    {
        OutgoingMessage[] asked = [_books.Write("0"), _books.Write("1"), _books.Write("2"), _books.Begin("3")];
        TimeSpan due = asked[0].Due;
        _books.Receive("1", "re");
        Assert.Equal(
            [OutgoingStage.Received, OutgoingStage.Settled, OutgoingStage.Written, OutgoingStage.Writing],
            asked.Select(m => m.Stage)
        );
        Assert.Equal(due, asked[0].Due);
        Assert.False(asked[3].Written.Task.IsCompleted);
    }

    [Fact]
    public async Task Readers_that_wait_are_woken_again_by_what_comes_another_way()
    {
        OutgoingMessage question = _books.Write("hi");
        await using IAsyncEnumerator<ChatEvent> reader = _books.Readers.Subscribe().GetAsyncEnumerator();
        _books.Receive(new SystemEvent { Text = "a word" });
        _books.Readers.Wake();
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(ManualTimeProvider.HangGuard));
        Task<bool> next = reader.MoveNextAsync().AsTask();
        _books.Conversation.ReadRows([Books.AnswerRow("hi", "re")]);
        Assert.True(await next.WaitAsync(ManualTimeProvider.HangGuard));
        Assert.True((await question.Answer!.Task.WaitAsync(ManualTimeProvider.HangGuard)).IsRecovered);
    }
}
