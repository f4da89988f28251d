namespace Ravatar.Client;

/// <summary>Waits that every target has: on a <see cref="TimeProvider"/>, and leaving what is waited for alone.</summary>
internal static class Waiting
{
    /// <summary>Waits for the task until the token is cancelled; the task itself goes on, and its failure is observed.</summary>
    public static Task WithCancellation(this Task task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return task;
        }
        Detached.Observe(task);
        return task.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    /// <inheritdoc cref="WithCancellation(Task, CancellationToken)"/>
    public static Task<T> WithCancellation<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return task;
        }
        Detached.Observe(task);
        return task.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    /// <summary>Waits for the task at most that long; returns whether it finished (however it did).</summary>
    public static async Task<bool> FinishesWithin(this Task task, TimeSpan time, TimeProvider clock)
    {
        if (task.IsCompleted)
        {
            return true;
        }
        using CancellationTokenSource over = new();
        Task finished = await Task.WhenAny(task, clock.DelayAsync(time, over.Token)).ConfigureAwait(false);
#if NET8_0_OR_GREATER
        await over.CancelAsync().ConfigureAwait(false);
#else
        over.Cancel();
#endif
        return ReferenceEquals(finished, task);
    }

    /// <summary>A delay on this clock.</summary>
    public static Task DelayAsync(this TimeProvider clock, TimeSpan delay, CancellationToken cancellationToken) =>
#if NET8_0_OR_GREATER
        Task.Delay(delay, clock, cancellationToken);
#else
        clock.Delay(delay, cancellationToken);
#endif
}
