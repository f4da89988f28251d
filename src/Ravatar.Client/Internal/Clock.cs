namespace Ravatar.Client;

/// <summary>What the targets spell differently about waiting on a <see cref="TimeProvider"/>.</summary>
internal static class Clock
{
    /// <summary>A source that is cancelled after <paramref name="delay"/> on this clock.</summary>
    public static CancellationTokenSource CancelAfter(TimeProvider time, TimeSpan delay) =>
#if NETSTANDARD2_0
        time.CreateCancellationTokenSource(delay);
#else
        new(delay, time);
#endif

    /// <summary>Waits for a task that others share: cancellation ends this wait, not the task.</summary>
    public static Task<T> WaitAsync<T>(Task<T> task, TimeProvider time, CancellationToken cancellationToken) =>
        task.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);

    /// <summary>Cancels; where the platform can, callbacks run elsewhere and not on the caller. Callbacks of others that fail hold up nothing.</summary>
    public static async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await CancelWithCallbacksAsync(source).ConfigureAwait(false);
        }
        catch (AggregateException)
        {
            // What users' code registered on the token is theirs; the token is cancelled all the same.
        }
    }

    private static Task CancelWithCallbacksAsync(CancellationTokenSource source)
    {
#if NETSTANDARD2_0
        source.Cancel();
        return Task.CompletedTask;
#else
        return source.CancelAsync();
#endif
    }
}
