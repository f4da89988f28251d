namespace Ravatar.Client;

/// <summary>Exponential backoff with full jitter: a random time up to a ceiling that doubles, so that a fleet does not come back all at once.</summary>
internal static class ReconnectPolicy
{
    /// <param name="options">Ceilings and floor.</param>
    /// <param name="attempt">The attempt that waits, from 1.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan DelayBefore(ReconnectOptions options, int attempt, double random)
    {
        double ceiling = options.BaseDelay.TotalSeconds * Math.Pow(2, Math.Min(Math.Max(attempt, 1), 64) - 1);
        double seconds = Math.Min(ceiling, options.MaxDelay.TotalSeconds) * random;
        return TimeSpan.FromSeconds(Math.Min(Math.Max(seconds, options.MinDelay.TotalSeconds), options.MaxDelay.TotalSeconds));
    }
}
