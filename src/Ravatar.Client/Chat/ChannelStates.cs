using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>What a channel does, step by step: kept, logged, counted, and told to those who watch. One task at a time shows steps.</summary>
internal sealed class ChannelStates
{
    private const int WatchedSteps = 256;

    private readonly Broadcast<ChatStateChange> _steps = new(
        WatchedSteps,
        long.MaxValue,
        static _ => 1,
        missedNote: null,
        keepForFirst: false
    );
    private readonly ILogger _logger;

    // So that a new watcher's first step and those that follow have no gap and no repeat.
    private readonly object _showing = new();
    private volatile ChatStateChange _present = new(ChatState.Connecting, ChatOpening.Reason);

    public ChannelStates(ILogger logger)
    {
        _logger = logger;
        Telemetry.Channels.Enter((int)_present.State);
    }

    /// <summary>What the channel does now.</summary>
    public ChatStateChange Present => _present;

    /// <summary>The steps from now on, beginning with the present one.</summary>
    public IAsyncEnumerable<ChatStateChange> Watch(CancellationToken cancellationToken)
    {
        lock (_showing)
        {
            return _steps.Subscribe(_present, cancellationToken);
        }
    }

    /// <summary>The next step.</summary>
    public void Show(ChatStateChange change)
    {
        ChatLog.StateChanged(_logger, change.State, change.Reason, change.Attempt, change.Delay.TotalSeconds);
        Telemetry.Channels.Enter((int)change.State);
        Telemetry.Channels.Leave((int)_present.State);
        lock (_showing)
        {
            _present = change;
            _steps.Publish(change);
        }
    }

    /// <summary>The last step: there is no other after it.</summary>
    public void ShowLast(ChatStateChange change)
    {
        Show(change);
        _steps.Complete();
    }
}
