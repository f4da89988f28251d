using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
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
    public void Other_words_of_the_same_digest_are_no_copy()
    {
        // Among so many, two share 32 bits: where n x n is some 2 x 2^32.
        Dictionary<int, string> seen = [];
        string? other = null;
        string words = "";
        for (int i = 0; other is null; i++)
        {
            Assert.True(i < 1_000_000, "A million texts, and no two with the same digest.");
            words = $"answer {i}";
            int digest = new AnswerIdentity(Answer(words), request: null).Digest;
            if (!seen.TryAdd(digest, words))
            {
                other = seen[digest];
            }
        }
        Add(Answer(words, id: "1", date: Noon));
        Assert.False(History(Answer(other, id: "1", date: Noon)));
        Assert.True(History(Answer(words, id: "1", date: Noon)));
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

    [Fact]
    public void Long_texts_are_compared_to_their_last_character()
    {
        string text = new('x', 200);
        Add(Answer("a", request: text + "1", date: Noon));
        Assert.False(History(Answer("a", request: text + "2", date: Noon)));
        Assert.True(History(Answer("a", request: text + "1", date: Noon)));
        Add(Answer("a", id: text + "1"));
        Assert.False(History(Answer("a", id: text + "2")));
        Assert.True(History(Answer("a", id: text + "1")));
        Add(Answer("", file: "data:audio/wav;base64," + text + "AA", date: Noon));
        Assert.False(History(Answer("", file: "data:audio/wav;base64," + text + "BB", date: Noon)));
        Assert.True(History(Answer("", file: "data:audio/wav;base64," + text + "AA", date: Noon)));
    }

    [Fact]
    public void Nothing_long_that_the_server_said_is_kept()
    {
        List<WeakReference> said = [];
        AddLong(said);
        GC.Collect();
        Assert.DoesNotContain(said, r => r.IsAlive);
        Assert.True(History(Answer("", id: Long("id 7"), request: Long("request 7"))));
        GC.KeepAlive(_delivered);
    }

    // Apart, so that nothing on the stack keeps them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddLong(List<WeakReference> said)
    {
        for (int i = 0; i < 20; i++)
        {
            ChatAnswer answer = Answer("", id: Long($"id {i}"), request: Long($"request {i}"), file: "data:text/plain," + Long($"{i}"));
            Add(answer);
            said.AddRange([new(answer), new(answer.Id), new(answer.Request), new(answer.FileUrl), new(answer.FileUrl!.OriginalString)]);
        }
    }

    private static string Long(string start) => start + new string('x', 1000);

    [Fact]
    public void Answers_that_are_no_copies_allocate_nothing_once_there_are_many()
    {
        AnswerIdentity[] answers =
        [
            .. Enumerable.Range(0, 3000).Select(i => Identity(Answer($"{i}", id: $"{i}", request: "q", date: Noon))),
        ];
        long before = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            before = i == 1500 ? GC.GetAllocatedBytesForCurrentThread() : before;
            Assert.False(_delivered.TakeHistoryCopy(in answers[i]));
            Assert.False(_delivered.TakeSocketCopy(in answers[i], epoch: 1 + (i / 1000), mayLackDates: true));
            _delivered.Add(in answers[i], epoch: 1 + (i / 1000), fromHistory: false);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Whatever_comes_by_either_way_the_rule_is_kept()
    {
        Gen<Step> step =
            from way in Gen.Elements(Way.Deliver, Way.Deliver, Way.DeliverRow, Way.History, Way.Socket, Way.Socket)
            from words in Gen.Elements("a", "b", "")
            from id in Gen.Elements(null, null, "1", "2")
            from request in Gen.Elements(null, "q", "r")
            from seconds in Gen.Elements<int?>(null, 0, 1, 3)
            from epoch in Gen.Choose(1, 4)
            from mayLackDates in Gen.Elements(true, false)
            select new Step(
                way,
                Answer(words, id, request: request, date: seconds is { } s ? Noon.AddSeconds(s) : null),
                epoch,
                mayLackDates
            );
        Gen<(int Before, Step[] Steps)> script =
            from before in Gen.Elements(0, 0, 1000, 1023, 1500)
            from steps in step.ArrayOf()
            select (before, steps);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(200),
            Prop.ForAll(script.ToArbitrary(), static s => KeepsTheRule(s.Before, s.Steps))
        );
    }

    private static void KeepsTheRule(int before, Step[] steps)
    {
        DeliveredAnswers books = new();
        List<Delivery> plain = [];
        for (int i = 0; i < before; i++)
        {
            Note(books, plain, Answer($"{i}", id: $"{i}"), epoch: 1, fromHistory: false);
        }
        foreach (Step step in steps)
        {
            AnswerIdentity identity = Identity(step.Answer);
            switch (step.Way)
            {
                case Way.History:
                    Delivery? row = plain.Find(d => !d.FromHistory && !d.HistoryTaken && IsCopy(d.Answer, step.Answer, mayLackDates: true));
                    Assert.Equal(row is not null, books.TakeHistoryCopy(in identity));
                    row?.HistoryTaken = true;
                    break;
                case Way.Socket:
                    Delivery? earlier = plain.Find(d =>
                        !d.SocketTaken && (d.FromHistory || d.Epoch < step.Epoch) && IsCopy(d.Answer, step.Answer, step.MayLackDates)
                    );
                    Assert.Equal(earlier is not null, books.TakeSocketCopy(in identity, step.Epoch, step.MayLackDates));
                    earlier?.SocketTaken = true;
                    break;
                default:
                    Note(books, plain, step.Answer, step.Epoch, step.Way is Way.DeliverRow);
                    break;
            }
        }
    }

    private static void Note(DeliveredAnswers books, List<Delivery> plain, ChatAnswer answer, int epoch, bool fromHistory)
    {
        AnswerIdentity identity = Identity(answer);
        books.Add(in identity, epoch, fromHistory);
        plain.Add(new Delivery(answer, epoch, fromHistory));
        if (plain.Count > 1024)
        {
            plain.RemoveAt(0);
        }
    }

    private static bool IsCopy(ChatAnswer delivered, ChatAnswer copy, bool mayLackDates) =>
        delivered.FullText == copy.FullText
        && (
            delivered.Id is not null && copy.Id is not null
                ? delivered.Id == copy.Id
                : (delivered.Request is null || copy.Request is null || delivered.Request == copy.Request)
                    && (
                        delivered.Date is not null && copy.Date is not null
                            ? (delivered.Date - copy.Date).Value.Duration() <= TimeSpan.FromSeconds(2)
                            : mayLackDates
                    )
        );

    private static AnswerIdentity Identity(ChatAnswer answer) => new(answer, OutgoingMessage.NormaliseOrNull(answer.Request));

    private void Add(ChatAnswer answer, int epoch = 1, bool fromHistory = false)
    {
        AnswerIdentity identity = Identity(answer);
        _delivered.Add(in identity, epoch, fromHistory);
    }

    private bool History(ChatAnswer answer)
    {
        AnswerIdentity identity = Identity(answer);
        return _delivered.TakeHistoryCopy(in identity);
    }

    private bool Socket(ChatAnswer answer, int epoch, bool mayLackDates = true)
    {
        AnswerIdentity identity = Identity(answer);
        return _delivered.TakeSocketCopy(in identity, epoch, mayLackDates);
    }

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

    private enum Way
    {
        Deliver,
        DeliverRow,
        History,
        Socket,
    }

    private sealed record Step(Way Way, ChatAnswer Answer, int Epoch, bool MayLackDates)
    {
        public override string ToString() =>
            $"{Way} {Answer.FullText}/{Answer.Id}/{Answer.Request}/{Answer.Date?.Second} on {Epoch}{(MayLackDates ? "" : ", with dates")}";
    }

    private sealed class Delivery(ChatAnswer answer, int epoch, bool fromHistory)
    {
        public ChatAnswer Answer => answer;

        public int Epoch => epoch;

        public bool FromHistory => fromHistory;

        public bool HistoryTaken { get; set; }

        public bool SocketTaken { get; set; }
    }
}
