using System.Text;

namespace Ravatar.Client;

/// <summary>How far an outgoing message has come.</summary>
internal enum OutgoingStage
{
    /// <summary>It waits in the outbox.</summary>
    Waiting,

    /// <summary>It is being written, or was when its connection died.</summary>
    Writing,

    /// <summary>It was written.</summary>
    Written,

    /// <summary>It is known that the server has it.</summary>
    Received,

    /// <summary>It is over: answered, given up or failed.</summary>
    Settled,
}

/// <summary>
/// One message on its way: what is sent, and what is promised about it. Its state belongs to <see cref="Conversation"/>, under whose gate it
/// changes; the two completions run their continuations elsewhere.
/// </summary>
internal sealed class OutgoingMessage
{
    public OutgoingMessage(byte[] frame, string? text, bool wantsAnswer, TimeSpan answerTimeout)
    {
        Frame = frame;
        Text = text is null ? null : Normalise(text);
        AnswerTimeout = answerTimeout;
        Answer = wantsAnswer ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>By then a connection that was dead at the write has been noticed: what is still connected has got through.</summary>
    private static readonly TimeSpan SilentDeath = TimeSpan.FromSeconds(30);

    // Until when the death of its connection while the machine slept may go unnoticed, in connected time; zero: it did not sleep.
    private TimeSpan _noticed;

    public byte[] Frame { get; }

    /// <summary>The live session that it was made for; null in Chat Mode.</summary>
    public string? LicenseId { get; init; }

    /// <summary>The text as it is compared with the server's <c>request</c>; null for voice.</summary>
    public string? Text { get; }

    public bool IsVoice => Text is null;

    public TimeSpan AnswerTimeout { get; }

    /// <summary>Completes when the message has been written to a socket.</summary>
    public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the answer; null when nobody asked for it.</summary>
    public TaskCompletionSource<ChatAnswer>? Answer { get; }

    public OutgoingStage Stage { get; set; }

    /// <summary>It takes up room. Set by <see cref="Outbox"/> before anybody else can see the message.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>The number of the connection it was last written on; 0 before.</summary>
    public int Epoch { get; set; }

    /// <summary>Nobody waits for it any more: cancelled or timed out. It is never written (again), but keeps its place so that its answer is not taken for another's.</summary>
    public bool Abandoned { get; set; }

    /// <summary>Its row in history has been seen.</summary>
    public bool RowSeen { get; set; }

    /// <summary>Nothing came after it for so long that its connection was suspected once.</summary>
    public bool Suspected { get; set; }

    /// <summary>When it was written, in connected time.</summary>
    public TimeSpan WrittenAt { get; set; }

    /// <summary>The same as a timestamp of the clock; until then, when its writing began; null before.</summary>
    public long? WrittenTimestamp { get; set; }

    /// <summary>A copy of an older answer may have been its own: history decides.</summary>
    public bool Doubtful { get; set; }

    /// <summary>How much the channel had received when it was written.</summary>
    public long ReceivedBefore { get; set; }

    /// <summary>When its answer is due, in connected time; <see cref="TimeSpan.MaxValue"/> before it is written.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    /// <summary>From when on a connection that has brought nothing at all since the write is suspected, in connected time.</summary>
    public TimeSpan OverdueAt =>
        Due == TimeSpan.MaxValue
            ? Due
            : WrittenAt + TimeSpan.FromTicks(Math.Min(AnswerTimeout.Ticks / 5 * 4, TimeSpan.FromSeconds(25).Ticks));

    /// <summary>Whether its connection, the present one, has brought nothing at all since it was written, and is not suspected yet.</summary>
    public bool MayBeOverdue(int epoch, long received) => !Suspected && Epoch == epoch && received == ReceivedBefore;

    /// <summary>When its place is given up, in connected time.</summary>
    public TimeSpan Leaves
    {
        get
        {
            if (Due == TimeSpan.MaxValue)
            {
                return Due;
            }
            return Longest(Due + AnswerTimeout, Longest(WrittenAt + SilentDeath, _noticed));
        }
    }

    /// <summary>
    /// The machine slept until now: a connection that died meanwhile is noticed only afterwards. Once a message: one that stalls again and again
    /// must not keep its place for ever.
    /// </summary>
    public void StayUntilNoticed(TimeSpan now)
    {
        if (_noticed == default && Stage != OutgoingStage.Received)
        {
            _noticed = now + SilentDeath;
        }
    }

    private static TimeSpan Longest(TimeSpan left, TimeSpan right) => left > right ? left : right;

    /// <summary>Texts are compared trimmed and in NFC: servers trim, and keyboards differ in how they compose.</summary>
    public static string Normalise(string text)
    {
        string trimmed = text.Trim();
        if (IsAscii(trimmed))
        {
            return trimmed; // its own normal form
        }
        if (trimmed.Any(char.IsSurrogate))
        {
            // Half a pair goes out, and so comes back, as U+FFFD.
            trimmed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(trimmed));
        }
        try
        {
            return trimmed.IsNormalized() ? trimmed : trimmed.Normalize();
        }
        catch (ArgumentException)
        {
            return trimmed; // U+FFFE has no normal form
        }
    }

#if NET8_0_OR_GREATER
    private static bool IsAscii(string text) => Ascii.IsValid(text);
#else
    private static bool IsAscii(string text)
    {
        foreach (char c in text)
        {
            if (c > '\x7f')
            {
                return false;
            }
        }
        return true;
    }
#endif

    /// <summary>Like <see cref="Normalise"/>; nothing and blanks are null.</summary>
    public static string? NormaliseOrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : Normalise(text!);

    public void Fail(Exception reason)
    {
        Written.TrySetException(reason);
        Detached.Observe(Written.Task);
        if (Answer is not null)
        {
            Answer.TrySetException(reason);
            Detached.Observe(Answer.Task);
        }
    }
}
