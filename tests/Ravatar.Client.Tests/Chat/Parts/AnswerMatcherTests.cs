using System.Runtime.CompilerServices;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The rule by which answers find their questions, sentence by sentence.</summary>
public class AnswerMatcherTests
{
    private const string Avatar = "avatar-1";

    private readonly AnswerMatcher _matcher = new(Avatar);

    [Fact]
    public void A_text_question_is_answered_by_the_message_that_repeats_its_text()
    {
        OutgoingMessage first = Ask("first");
        OutgoingMessage second = Ask("second");
        Assert.Same(second, Find(Answer("second")));
        Assert.Same(first, Find(Answer("first")));
    }

    [Fact]
    public void Texts_are_compared_trimmed()
    {
        OutgoingMessage question = Ask("  first\n");
        Assert.Same(question, Find(Answer("\tfirst ")));
    }

    [Fact]
    public void A_message_without_a_request_answers_the_oldest_question()
    {
        OutgoingMessage first = Ask("first");
        Ask("second");
        Assert.Same(first, Find(Answer(null)));
        Assert.Same(first, Find(Answer(null, type: ChatType.Text)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Avatar)]
    public void The_avatar_is_its_own_or_none(string? avatar)
    {
        OutgoingMessage question = Ask("q");
        Assert.Same(question, Find(Answer("q", avatar: avatar)));
    }

    [Fact]
    public void Another_avatars_message_answers_nothing_and_follows_nothing_up()
    {
        OutgoingMessage question = Ask("q");
        Assert.Null(Find(Answer("q", avatar: "avatar-2"), out bool followUp));
        Assert.False(followUp);
        Close(question, Answer("q", id: "1"));
        Assert.Null(Find(Answer("q", id: "1", avatar: "avatar-2"), out followUp));
        Assert.False(followUp);
    }

    [Fact]
    public void A_voice_question_is_answered_by_voice_whatever_its_request()
    {
        OutgoingMessage voice = Ask(null);
        Assert.Same(voice, Find(Answer("what was heard", type: ChatType.Voice)));
        Assert.Same(voice, Find(Answer(null, type: ChatType.Voice)));
    }

    [Fact]
    public void A_voice_question_is_answered_by_a_message_without_a_type()
    {
        OutgoingMessage voice = Ask(null);
        Assert.Same(voice, Find(Answer("what was heard")));
        Assert.Same(voice, Find(Answer(null)));
    }

    [Fact]
    public void A_voice_question_is_not_answered_by_text_or_video()
    {
        Ask(null);
        Assert.Null(Find(Answer(null, type: ChatType.Text)));
        Assert.Null(Find(Answer("what was heard", type: ChatType.Video)));
    }

    [Fact]
    public void A_voice_answer_is_for_the_spoken_question_and_a_repeated_text_for_the_typed_one()
    {
        OutgoingMessage text = Ask("q");
        OutgoingMessage voice = Ask(null);
        Assert.Same(voice, Find(Answer("q", type: ChatType.Voice)));
        Assert.Same(text, Find(Answer("q")));
        Assert.Same(voice, Find(Answer("heard")));
        Close(voice, Answer("heard"));
        OutgoingMessage second = Ask(null);
        Assert.Same(text, Find(Answer("q", type: ChatType.Voice), q => q != second));
    }

    [Fact]
    public void Without_request_and_type_the_oldest_question_of_either_kind_is_answered()
    {
        OutgoingMessage voice = Ask(null);
        OutgoingMessage text = Ask("q");
        Assert.Same(voice, Find(Answer(null)));
        Close(voice, Answer(null));
        Assert.Same(text, Find(Answer(null)));
    }

    [Fact]
    public void Among_equal_questions_the_oldest_comes_first()
    {
        OutgoingMessage[] equal = [Ask("again"), Ask("again"), Ask("again")];
        foreach (OutgoingMessage question in equal)
        {
            ChatAnswer answer = Answer("again", id: null);
            Assert.Same(question, Find(answer));
            Close(question, answer);
        }
    }

    [Fact]
    public void A_file_alone_is_an_answer_too()
    {
        OutgoingMessage question = Ask("q");
        Assert.Same(question, Find(new ChatAnswer { FileUrl = new Uri("https://media.example/x.mp4") }));
        Assert.Same(question, Find(new ChatAnswer { Audio = new byte[] { 1 } }));
    }

    [Fact]
    public void An_answer_to_a_text_that_nobody_waits_for_is_unsolicited()
    {
        Ask("q");
        Assert.Null(Find(Answer("something else"), out bool followUp));
        Assert.False(followUp);
    }

    [Fact]
    public void With_nothing_asked_everything_is_unsolicited()
    {
        Assert.Null(Find(Answer(null, id: "1"), out bool followUp));
        Assert.False(followUp);
    }

    [Fact]
    public void A_further_message_with_the_same_id_is_a_follow_up()
    {
        OutgoingMessage first = Ask("first");
        OutgoingMessage next = Ask("next");
        Close(first, Answer("first", id: "1"));
        foreach (string? request in new[] { null, "first", "next" })
        {
            Assert.Null(Find(Answer(request, id: "1"), out bool followUp));
            Assert.True(followUp);
        }
        Assert.Same(next, Find(Answer(null, id: "2")));
    }

    [Fact]
    public void A_further_message_with_the_same_request_is_a_follow_up()
    {
        OutgoingMessage first = Ask("first");
        Ask("next");
        Ask(null);
        Close(first, Answer(null));
        foreach (ChatType? type in new ChatType?[] { null, ChatType.Text, ChatType.Voice })
        {
            Assert.Null(Find(Answer("first", type: type), out bool followUp));
            Assert.True(followUp);
        }
    }

    [Fact]
    public void A_spoken_question_is_followed_up_by_its_transcript()
    {
        OutgoingMessage voice = Ask(null);
        Close(voice, Answer("what was heard", type: ChatType.Voice));
        Assert.Null(Find(Answer("what was heard", type: ChatType.Voice), out bool followUp));
        Assert.True(followUp);
    }

    [Fact]
    public void The_same_words_spoken_twice_are_two_questions()
    {
        OutgoingMessage first = Ask(null);
        OutgoingMessage second = Ask(null);
        Close(first, Answer("yes", id: "1", type: ChatType.Voice));
        Assert.Null(Find(Answer("yes", id: "1", type: ChatType.Voice), out bool followUp));
        Assert.True(followUp);
        Assert.Same(second, Find(Answer("yes", id: "2", type: ChatType.Voice)));
        Assert.Same(second, Find(Answer("yes")));
    }

    [Fact]
    public void Follow_ups_are_forgotten_when_their_time_is_over()
    {
        Close(Ask("q"), Answer("q", id: "1"), TimeSpan.FromSeconds(30));
        _matcher.Forget(TimeSpan.FromSeconds(29));
        Find(Answer("q"), out bool followUp);
        Assert.True(followUp);
        _matcher.Forget(TimeSpan.FromSeconds(30));
        Find(Answer("q", id: "1"), out followUp);
        Assert.False(followUp);
    }

    [Fact]
    public void Only_so_many_answered_questions_are_remembered()
    {
        for (int i = 0; i < 65; i++)
        {
            Close(Ask($"q{i}"), Answer($"q{i}"));
        }
        Find(Answer("q0"), out bool oldest);
        Find(Answer("q1"), out bool second);
        Assert.Equal((false, true), (oldest, second));
    }

    [Fact]
    public void Of_long_ids_and_requests_nothing_is_kept_but_what_tells_follow_ups()
    {
        WeakReference[] said = AnswerAtLength();
        GC.Collect();
        Assert.DoesNotContain(said, r => r.IsAlive);
        Find(Answer(null, id: Long("id")), out bool byId);
        Find(Answer(Long("heard")), out bool byRequest);
        Find(Answer(Long("else"), id: Long("other")), out bool neither);
        Assert.Equal((true, true, false), (byId, byRequest, neither));
    }

    // Apart, so that nothing on the stack keeps them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] AnswerAtLength()
    {
        ChatAnswer answer = Answer(Long("heard"), id: Long("id"), type: ChatType.Voice);
        OutgoingMessage question = Ask(null);
        Assert.Same(question, Find(answer));
        Close(question, answer);
        return [new(answer.Id), new(answer.Request)];
    }

    private static string Long(string end) => new string('x', 1000) + end;

    [Fact]
    public void A_question_that_may_not_be_answered_is_passed_over()
    {
        OutgoingMessage first = Ask("again");
        OutgoingMessage second = Ask("again");
        Assert.Same(second, Find(Answer("again"), q => q != first));
        Assert.Null(Find(Answer("again"), _ => false));
    }

    private OutgoingMessage Ask(string? text)
    {
        OutgoingMessage question = new([], text, wantsAnswer: false, TimeSpan.FromSeconds(30));
        _matcher.Open.AddLast(question);
        return question;
    }

    private void Close(OutgoingMessage question, ChatAnswer answer, TimeSpan? until = null) =>
        _matcher.Close(question, answer, OutgoingMessage.NormaliseOrNull(answer.Request), until ?? TimeSpan.MaxValue);

    private OutgoingMessage? Find(ChatAnswer answer, Func<OutgoingMessage, bool>? eligible = null) =>
        _matcher.Find(answer, OutgoingMessage.NormaliseOrNull(answer.Request), eligible, out _);

    private OutgoingMessage? Find(ChatAnswer answer, out bool followUp) =>
        _matcher.Find(answer, OutgoingMessage.NormaliseOrNull(answer.Request), null, out followUp);

    private static ChatAnswer Answer(string? request, string? id = null, string? avatar = Avatar, ChatType? type = null) =>
        new()
        {
            Id = id,
            Request = request,
            AvatarId = avatar,
            ChatType = type,
            FullText = "answer",
        };
}
