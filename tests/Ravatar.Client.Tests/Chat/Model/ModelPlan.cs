namespace Ravatar.Client.Tests;

/// <summary>How the model behaves, and when it fails.</summary>
internal sealed class ModelPlan
{
    public const int PageSize = 100;

    /// <summary>How long, in real time, nothing must move before the clock is moved.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(3);

    public string AvatarId { get; set; } = "avatar-1";

    public bool WaitWithoutBuffer { get; set; } = true;

    public bool TellsUpgradeStatus { get; set; } = true;

    /// <summary>Whether the platform notices half-open sockets (after 25 s).</summary>
    public bool PlatformPings { get; set; } = true;

    public bool Greets { get; set; }

    /// <summary>Whether a bad token is refused by closing the socket rather than the upgrade.</summary>
    public bool RefuseTokensByClosing { get; set; }

    public bool SocketIds { get; set; } = true;

    public bool NewestPageFirst { get; set; } = true;

    public bool DescendingPages { get; set; } = true;

    public bool AnswersFollowUser { get; set; }

    public TimeSpan ServerClockSkew { get; set; }

    public Func<TimeSpan> HistoryLag { get; set; } = () => TimeSpan.Zero;

    public Func<TimeSpan> AnswerDelay { get; set; } = () => TimeSpan.Zero;

    /// <summary>The answer to a text, as the n-th message (from 0); null for none.</summary>
    public Func<string, int, string?> Answer { get; set; } = (text, number) => $"re: {text} #{number}";

    /// <summary>What happens to the n-th write to any socket (from 1).</summary>
    public Func<int, ModelFault> OnWrite { get; set; } = _ => ModelFault.None;

    /// <summary>The status with which the n-th connection (from 1) is refused; null to let it in.</summary>
    public Func<int, int?>? OnConnect { get; set; }

    /// <summary>How asking for a token fails; null if it does not.</summary>
    public Exception? OnToken { get; set; }

    /// <summary>How long a reading of history takes.</summary>
    public TimeSpan HistoryTakes { get; set; }

    /// <summary>How the n-th reading of history (from 1) fails; null if it does not.</summary>
    public Func<int, RavatarException?>? OnHistory { get; set; }

    /// <summary>What every reading of history throws instead; no exception of the SDK's.</summary>
    public Exception? OnHistoryThrow { get; set; }

    public HistoryPage Page(List<HistoryMessage> ascending, int page, int total)
    {
        if (DescendingPages)
        {
            ascending.Reverse();
        }
        return new HistoryPage
        {
            Page = page,
            Messages = ascending,
            HasMore = page * PageSize < total,
        };
    }
}

/// <summary>What can happen around a write.</summary>
public enum ModelFault
{
    None,

    /// <summary>The connection dies before a byte got through.</summary>
    Before,

    /// <summary>It dies in the middle of the message.</summary>
    Middle,

    /// <summary>The message gets through, and the write fails all the same.</summary>
    AfterButFailed,

    /// <summary>The message gets through and the write succeeds; then the connection dies, and the answer with it.</summary>
    After,

    /// <summary>The message gets through; then the server closes with a code.</summary>
    Close,

    /// <summary>From now on nothing gets through, and nobody says so.</summary>
    HalfOpen,

    /// <summary>The write never returns, and not a byte gets through.</summary>
    Stuck,
}
