namespace Ravatar.Client.Testing;

/// <summary>The server's clock: the provider's, plus the skew that a test asks for.</summary>
internal sealed class FakeClock(TimeProvider provider)
{
    private readonly long _start = provider.GetTimestamp();
    private long _skewTicks;

    public TimeProvider Provider { get; } = provider;

    public TimeSpan Skew
    {
        get => new(Interlocked.Read(ref _skewTicks));
        set => Interlocked.Exchange(ref _skewTicks, value.Ticks);
    }

    /// <summary>Since the start: what delays and lags are counted in. Setting the wall clock does not touch it.</summary>
    public TimeSpan Elapsed => Provider.GetElapsedTime(_start);

    /// <summary>Without skew: what the journal notes.</summary>
    public DateTimeOffset Now => Provider.GetUtcNow();

    /// <summary>With skew: what is written into answers, rows and tokens.</summary>
    public DateTimeOffset Stated => Provider.GetUtcNow() + Skew;
}
