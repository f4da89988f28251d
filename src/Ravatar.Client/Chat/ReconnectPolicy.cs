namespace Ravatar.Client;

/// <summary>Exponential backoff with full jitter: a random time up to a ceiling that doubles, so that a fleet does not come back all at once.</summary>
internal static class ReconnectPolicy
{
    /// <param name="options">Ceilings and floor.</param>
    /// <param name="attempt">The attempt that waits, from 1.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan DelayBefore(ReconnectOptions options, int attempt, double random)
    {
        // In ticks, which no conversion rounds below the floor.
        double ceiling = options.BaseDelay.Ticks * Math.Pow(2, Math.Min(Math.Max(attempt, 1), 64) - 1);
        double ticks = Math.Min(ceiling, options.MaxDelay.Ticks) * random;
        return TimeSpan.FromTicks((long)Math.Min(Math.Max(ticks, options.MinDelay.Ticks), options.MaxDelay.Ticks));
    }
}
