namespace Ravatar.Client.Testing;

/// <summary>The server's clock: the provider's, plus the skew that a test asks for.</summary>
internal sealed class FakeClock(TimeProvider provider)
{
    private long _skewTicks;

    public TimeProvider Provider { get; } = provider;

    public TimeSpan Skew
    {
        get => new(Interlocked.Read(ref _skewTicks));
        set => Interlocked.Exchange(ref _skewTicks, value.Ticks);
    }

    /// <summary>Without skew: what delays and lags are counted in.</summary>
    public DateTimeOffset Now => Provider.GetUtcNow();

    /// <summary>With skew: what is written into answers, rows and tokens.</summary>
    public DateTimeOffset Stated => Provider.GetUtcNow() + Skew;
}
