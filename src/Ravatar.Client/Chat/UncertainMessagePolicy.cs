namespace Ravatar.Client;

/// <summary>What happens to messages that were under way when a connection died, if history cannot tell whether they arrived.</summary>
public enum UncertainMessagePolicy
{
    /// <summary>They are sent again: at least once. The server may see one twice.</summary>
    SendAgain,

    /// <summary>They are not sent again: at most once. Their questions fail with <see cref="RavatarConnectionException"/>, and they are counted as <see cref="ChatStatistics.NotResent"/>.</summary>
    GiveUp,
}
