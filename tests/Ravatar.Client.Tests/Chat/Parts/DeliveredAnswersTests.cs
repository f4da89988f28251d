using Xunit;

namespace Ravatar.Client.Tests;

public class DeliveredAnswersTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly DeliveredAnswers _delivered = new();

    [Fact]
    public void What_nobody_had_is_no_copy()
    {
        Assert.False(History(Answer("a")));
        Assert.False(Socket(Answer("a"), epoch: 2));
    }

    [Fact]
    public void The_same_id_and_words_are_a_copy_whatever_the_date()
    {
        Add(Answer("a", id: "1", date: Noon));
        Assert.False(History(Answer("a", id: "2", date: Noon)));
        Assert.False(History(Answer("b", id: "1", date: Noon)));
        Assert.True(History(Answer("a", id: "1", date: Noon.AddHours(7))));
    }

    [Fact]
    public void Each_delivery_excuses_one_copy_by_each_way()
    {
        Add(Answer("a"), epoch: 1);
        Add(Answer("a"), epoch: 1);
        Assert.True(History(Answer("a")));
        Assert.True(History(Answer("a")));
        Assert.False(History(Answer("a")));
        Assert.True(Socket(Answer("a"), epoch: 2));
        Assert.True(Socket(Answer("a"), epoch: 2));
        Assert.False(Socket(Answer("a"), epoch: 2));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2000, true)]
    [InlineData(-2000, true)]
    [InlineData(2001, false)]
    [InlineData(-2001, false)]
    public void Without_an_id_the_dates_are_within_two_seconds(int milliseconds, bool copy)
    {
        Add(Answer("a", id: null, date: Noon));
        Assert.Equal(copy, History(Answer("a", id: "1", date: Noon.AddMilliseconds(milliseconds))));
    }

    [Fact]
    public void Without_an_id_avatar_request_and_answer_are_the_same_where_both_are_known()
    {
        Add(Answer("a", avatar: "mine", request: "q", date: Noon));
        Assert.False(History(Answer("a", avatar: "other", request: "q", date: Noon)));
        Assert.False(History(Answer("a", avatar: "mine", request: "other", date: Noon)));
        Assert.False(History(Answer("other", avatar: "mine", request: "q", date: Noon)));
        Assert.True(History(Answer("a", date: Noon)));
        Add(Answer("a", date: Noon));
        Assert.True(History(Answer("a", id: "9", avatar: "mine", request: "q", date: Noon)));
    }

    [Fact]
    public void Files_tell_answers_without_words_apart_but_not_those_with_words()
    {
        Add(Answer("", file: "https://media.example/1.mp4", date: Noon));
        Assert.False(History(Answer("", file: "https://media.example/2.mp4", date: Noon)));
        Assert.True(History(Answer("", file: "https://media.example/1.mp4", date: Noon)));
        Add(Answer("words", file: "https://media.example/1.mp4?sig=1", date: Noon));
        Assert.True(History(Answer("words", file: "https://media.example/1.mp4?sig=2", date: Noon)));
    }

    [Fact]
    public void Where_neither_id_nor_date_can_tell_the_caller_decides()
    {
        Add(Answer("a"), epoch: 1);
        Assert.False(Socket(Answer("a"), epoch: 2, mayLackDates: false));
        Assert.True(Socket(Answer("a"), epoch: 2, mayLackDates: true));
    }

    [Fact]
    public void A_socket_does_not_copy_itself()
    {
        Add(Answer("a", id: "1"), epoch: 2);
        Assert.False(Socket(Answer("a", id: "1"), epoch: 2));
        Assert.True(Socket(Answer("a", id: "1"), epoch: 3));
    }

    [Fact]
    public void The_first_connection_copies_only_what_history_brought()
    {
        Add(Answer("a", id: "1"), epoch: 1);
        Assert.False(Socket(Answer("a", id: "1"), epoch: 1));
        Add(Answer("b", id: "2"), fromHistory: true);
        Assert.True(Socket(Answer("b", id: "2"), epoch: 1));
    }

    [Fact]
    public void What_history_brought_is_not_excused_in_history_again()
    {
        Add(Answer("a", id: "1"), fromHistory: true);
        Assert.False(History(Answer("a", id: "1")));
        Assert.True(Socket(Answer("a", id: "1"), epoch: 2));
        Assert.False(Socket(Answer("a", id: "1"), epoch: 2));
    }

    [Fact]
    public void The_latest_thousand_are_remembered_the_oldest_excused_first()
    {
        for (int i = 0; i < 1500; i++)
        {
            Add(Answer($"a{i}", id: $"{i}"));
        }
        Assert.False(History(Answer("a475", id: "475")));
        Assert.All(Enumerable.Range(476, 1024), i => Assert.True(History(Answer($"a{i}", id: $"{i}"))));
    }

    private void Add(ChatAnswer answer, int epoch = 1, bool fromHistory = false) =>
        _delivered.Add(answer, OutgoingMessage.NormaliseOrNull(answer.Request), epoch, fromHistory);

    private bool History(ChatAnswer answer) => _delivered.TakeHistoryCopy(answer, OutgoingMessage.NormaliseOrNull(answer.Request));

    private bool Socket(ChatAnswer answer, int epoch, bool mayLackDates = true) =>
        _delivered.TakeSocketCopy(answer, OutgoingMessage.NormaliseOrNull(answer.Request), epoch, mayLackDates);

    private static ChatAnswer Answer(
        string text,
        string? id = null,
        string? avatar = null,
        string? request = null,
        DateTimeOffset? date = null,
        string? file = null
    ) =>
        new()
        {
            FullText = text,
            Id = id,
            AvatarId = avatar,
            Request = request,
            Date = date,
            FileUrl = file is null ? null : new Uri(file),
        };
}
