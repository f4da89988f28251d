namespace Ravatar.Client;

/// <summary>What a channel counts, from any thread, for its own statistics and for the process's metrics.</summary>
internal sealed class ChannelCounters
{
    private long _sent;
    private long _received;
    private long _reconnects;
    private long _resent;
    private long _notResent;
    private long _recovered;
    private long _duplicates;
    private long _timedOut;
    private long _historyFailures;
    private long _unknown;
    private long _audioDropped;

    public void SentOnce()
    {
        Interlocked.Increment(ref _sent);
        Telemetry.Sent.Add(1);
    }

    public void ReceivedOnce(bool known)
    {
        Interlocked.Increment(ref _received);
        Telemetry.Received.Add(1);
        if (!known)
        {
            Interlocked.Increment(ref _unknown);
        }
    }

    public void ReconnectedOnce()
    {
        Interlocked.Increment(ref _reconnects);
        Telemetry.Reconnects.Add(1);
    }

    public void Resent(int count)
    {
        Interlocked.Add(ref _resent, count);
        Telemetry.Resent.Add(count);
    }

    public void NotResent(int count)
    {
        Interlocked.Add(ref _notResent, count);
        Telemetry.NotResent.Add(count);
    }

    public void RecoveredOnce()
    {
        Interlocked.Increment(ref _recovered);
        Telemetry.Recovered.Add(1);
    }

    public void DuplicateDropped()
    {
        Interlocked.Increment(ref _duplicates);
        Telemetry.Duplicates.Add(1);
    }

    public void TimedOutOnce() => Interlocked.Increment(ref _timedOut);

    public void AudioDropped(int count)
    {
        Interlocked.Add(ref _audioDropped, count);
        Telemetry.AudioDropped.Add(count);
    }

    public void HistoryFailedOnce() => Interlocked.Increment(ref _historyFailures);

    public ChatStatistics Read(long eventsMissed) =>
        new()
        {
            Sent = Interlocked.Read(ref _sent),
            Received = Interlocked.Read(ref _received),
            Reconnects = Interlocked.Read(ref _reconnects),
            Resent = Interlocked.Read(ref _resent),
            NotResent = Interlocked.Read(ref _notResent),
            Recovered = Interlocked.Read(ref _recovered),
            DuplicatesDropped = Interlocked.Read(ref _duplicates),
            TimedOut = Interlocked.Read(ref _timedOut),
            HistoryFailures = Interlocked.Read(ref _historyFailures),
            Unknown = Interlocked.Read(ref _unknown),
            EventsMissed = eventsMissed,
            AudioFramesDropped = Interlocked.Read(ref _audioDropped),
        };
}
