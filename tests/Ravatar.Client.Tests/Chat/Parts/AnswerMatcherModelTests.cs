using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The matcher beside a second, naive reading of the rule, on random conversations.</summary>
public class AnswerMatcherModelTests
{
    private static readonly Gen<string?> Texts = Gen.Elements<string?>("a", "b", " a ", "c", null);

    [Fact]
    public void It_agrees_with_the_rule_on_any_conversation()
    {
        Gen<Step> ask = from text in Texts select new Step(text, null);
        Gen<Step> message =
            from request in Gen.Elements<string?>("a", "b", "c", "d", "b ", null, " ")
            from id in Gen.Elements<string?>("1", "2", "3", null, null)
            from avatar in Gen.Elements<string?>("mine", "mine", "mine", null, "other")
            from type in Gen.Elements<ChatType?>(null, ChatType.Text, ChatType.Voice, ChatType.Video, new ChatType("new"))
            select new Step(
                null,
                new ChatAnswer
                {
                    Id = id,
                    Request = request,
                    AvatarId = avatar,
                    ChatType = type,
                }
            );
        Gen<Step[]> conversation = Gen.OneOf(ask, message).ArrayOf();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60), Prop.ForAll(conversation.ToArbitrary(), Agrees));
    }

    private static void Agrees(Step[] steps)
    {
        AnswerMatcher matcher = new("mine");
        NaiveRule rule = new();
        foreach (Step step in steps)
        {
            if (step.Answer is null)
            {
                OutgoingMessage question = new([], step.Question, wantsAnswer: false, TimeSpan.FromSeconds(30));
                matcher.Open.AddLast(question);
                rule.Open.Add(question);
                continue;
            }
            string? text = OutgoingMessage.NormaliseOrNull(step.Answer.Request);
            OutgoingMessage? expected = rule.Judge(step.Answer, text, out bool expectedFollowUp);
            OutgoingMessage? found = matcher.Find(step.Answer, text, null, out bool followUp);
            Assert.Same(expected, found);
            Assert.Equal(expectedFollowUp, followUp);
            if (found is not null)
            {
                matcher.Close(found, step.Answer, text, TimeSpan.MaxValue);
                rule.Close(found, step.Answer, text);
            }
            Assert.Equal(rule.Open, matcher.Open);
        }
    }

    private sealed record Step(string? Question, ChatAnswer? Answer)
    {
        public override string ToString() =>
            Answer is null
                ? $"ask {Question ?? "(voice)"}"
                : $"message id={Answer.Id} request={Answer.Request} avatar={Answer.AvatarId} type={Answer.ChatType}";
    }

    private sealed class NaiveRule
    {
        private readonly List<(string? Id, string? Request, bool Spoken)> _answered = [];

        public List<OutgoingMessage> Open { get; } = [];

        public OutgoingMessage? Judge(ChatAnswer message, string? request, out bool followUp)
        {
            followUp = false;
            if (message.AvatarId is "other")
            {
                return null;
            }
            if (message.Id is not null && _answered.Exists(a => a.Id == message.Id))
            {
                followUp = true;
                return null;
            }
            bool repeats = request is not null && _answered.Exists(a => a.Request == request);
            bool repeatsTyped = request is not null && _answered.Exists(a => a.Request == request && !a.Spoken);
            // Who may be answered by this at all, oldest first ...
            List<OutgoingMessage> candidates = Open.FindAll(q =>
                q.IsVoice
                    ? (message.ChatType is null || message.ChatType == ChatType.Voice) && !repeatsTyped
                    : request is null || request == q.Text
            );
            // ... and of those, whoever it says that it is for: voice is for voice, a repeated text is for that text.
            OutgoingMessage? named = candidates.Find(q =>
                message.ChatType == ChatType.Voice ? q.IsVoice : !q.IsVoice && request is not null
            );
            OutgoingMessage? chosen = named ?? candidates.FirstOrDefault();
            followUp = chosen is null && repeats;
            return chosen;
        }

        public void Close(OutgoingMessage question, ChatAnswer message, string? request)
        {
            Open.Remove(question);
            _answered.Add((message.Id, request ?? question.Text, question.IsVoice));
            if (_answered.Count > 64)
            {
                _answered.RemoveAt(0);
            }
        }
    }
}
