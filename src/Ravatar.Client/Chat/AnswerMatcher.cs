namespace Ravatar.Client;

/// <summary>
/// Which answer belongs to which question. No message carries a correlation id, so the rule is: a text question is answered by the oldest
/// message with its avatar (or none) whose <c>request</c>, where there is one, equals its text; a voice question by the oldest whose
/// <c>chat_type</c> is voice or absent. Among equals, the oldest question first. A further message with an answered question's <c>_id</c> or
/// <c>request</c> is a follow-up. Not thread-safe; <see cref="Conversation"/> guards it.
/// </summary>
internal sealed class AnswerMatcher(string avatarId)
{
    /// <summary>How many answered questions are remembered for their follow-ups.</summary>
    private const int Remembered = 64;

    private readonly LinkedList<OutgoingMessage> _open = new();
    private readonly Queue<Answered> _answered = new();

    /// <summary>The messages that are written, or being written, and have no answer; oldest first.</summary>
    public LinkedList<OutgoingMessage> Open => _open;

    /// <summary>Whether a message of this avatar could be about this channel's questions at all.</summary>
    public bool IsMine(string? answeringAvatar) => string.IsNullOrEmpty(answeringAvatar) || answeringAvatar == avatarId;

    /// <summary>The question that this answers, or null; says whether it is a follow-up instead.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="text">Its <c>request</c>, normalised; null where there was none.</param>
    /// <param name="eligible">Which questions may be answered at all.</param>
    /// <param name="isFollowUp">Whether it goes with a question that was answered before.</param>
    public OutgoingMessage? Find(ChatAnswer answer, string? text, Func<OutgoingMessage, bool>? eligible, out bool isFollowUp)
    {
        isFollowUp = false;
        if ((_open.Count == 0 && _answered.Count == 0) || !IsMine(answer.AvatarId))
        {
            return null;
        }
        if (answer.Id is not null && WasAnswered(Fingerprint.Of(answer.Id)))
        {
            isFollowUp = true;
            return null;
        }
        // The same words spoken twice ("yes", "yes") are two questions: only a typed question's text marks a follow-up while a spoken one waits.
        string? asked = _answered.Count == 0 ? null : Fingerprint.OfOrNull(text);
        bool repeatsTyped = asked is not null && WasAsked(asked, typedOnly: true);
        OutgoingMessage? question =
            answer.ChatType == ChatType.Voice
                ? Voice(answer, repeatsTyped, eligible) ?? Text(text, eligible)
                : Text(text, eligible, exact: true) ?? Oldest(answer, text, repeatsTyped, eligible);
        isFollowUp = question is null && asked is not null && WasAsked(asked, typedOnly: false);
        return question;
    }

    /// <summary>The question has its answer: it goes, and is remembered for its follow-ups.</summary>
    public void Close(OutgoingMessage question, ChatAnswer answer, string? text, TimeSpan until)
    {
        _open.Remove(question);
        if (_answered.Count == Remembered)
        {
            _answered.Dequeue();
        }
        _answered.Enqueue(
            new Answered(Fingerprint.OfOrNull(answer.Id), Fingerprint.OfOrNull(text ?? question.Text), question.IsVoice, until)
        );
    }

    /// <summary>Forgets follow-ups whose time is over.</summary>
    public void Forget(TimeSpan now)
    {
        while (_answered.Count > 0 && _answered.Peek().Until <= now)
        {
            _answered.Dequeue();
        }
    }

    /// <summary>The oldest text question that this could answer; with <paramref name="exact"/> only one whose text it repeats.</summary>
    private OutgoingMessage? Text(string? text, Func<OutgoingMessage, bool>? eligible, bool exact = false)
    {
        foreach (OutgoingMessage question in _open)
        {
            if (!question.IsVoice && (text is null ? !exact : text == question.Text) && eligible?.Invoke(question) != false)
            {
                return question;
            }
        }
        return null;
    }

    private OutgoingMessage? Voice(ChatAnswer answer, bool repeatsTyped, Func<OutgoingMessage, bool>? eligible) =>
        repeatsTyped || (answer.ChatType is { } type && type != ChatType.Voice)
            ? null
            : Oldest(acceptsVoice: true, acceptsText: false, eligible);

    /// <summary>Nothing repeats a question's text: a message without a request may answer any, one with a request only a spoken one.</summary>
    private OutgoingMessage? Oldest(ChatAnswer answer, string? text, bool repeatsTyped, Func<OutgoingMessage, bool>? eligible) =>
        Oldest(acceptsVoice: answer.ChatType is null && !repeatsTyped, acceptsText: text is null, eligible);

    private OutgoingMessage? Oldest(bool acceptsVoice, bool acceptsText, Func<OutgoingMessage, bool>? eligible)
    {
        foreach (OutgoingMessage question in _open)
        {
            if ((question.IsVoice ? acceptsVoice : acceptsText) && eligible?.Invoke(question) != false)
            {
                return question;
            }
        }
        return null;
    }

    private bool WasAnswered(string id)
    {
        foreach (Answered answered in _answered)
        {
            if (answered.Id == id)
            {
                return true;
            }
        }
        return false;
    }

    private bool WasAsked(string text, bool typedOnly)
    {
        foreach (Answered answered in _answered)
        {
            if (answered.Request == text && !(typedOnly && answered.WasSpoken))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A question with its answer; the texts as their fingerprints, as servers choose how long they are.</summary>
    private sealed record Answered(string? Id, string? Request, bool WasSpoken, TimeSpan Until);
}
