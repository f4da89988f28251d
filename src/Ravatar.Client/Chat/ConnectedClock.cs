namespace Ravatar.Client;

/// <summary>Time that passes only while the channel is connected: answers are due in it. Not thread-safe; <see cref="Conversation"/> guards it.</summary>
internal sealed class ConnectedClock(TimeProvider time)
{
    private TimeSpan _before;
    private long _since;

    public bool IsRunning { get; private set; }

    public TimeSpan Now => IsRunning ? _before + time.GetElapsedTime(_since) : _before;

    public void Resume()
    {
        if (!IsRunning)
        {
            _since = time.GetTimestamp();
            IsRunning = true;
        }
    }

    public void Pause()
    {
        _before = Now;
        IsRunning = false;
    }
}
