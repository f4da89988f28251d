namespace Ravatar.Client;

/// <summary>Work that outlives the call that started it.</summary>
internal static class Detached
{
    /// <summary>
    /// Runs <paramref name="work"/> on the thread pool without the caller's execution context: its activity, culture and
    /// async locals belong to that one call. A failure that nobody awaits is marked as seen.
    /// </summary>
    public static Task<T> Run<T>(Func<Task<T>> work) => Start(() => Task.Run(work));

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    public static Task Run(Func<Task> work) => Start(() => Task.Run(work));

    private static T Start<T>(Func<T> start)
        where T : Task
    {
        T task;
        if (ExecutionContext.IsFlowSuppressed())
        {
            task = start();
        }
        else
        {
            using (ExecutionContext.SuppressFlow())
            {
                task = start();
            }
        }
        Observe(task);
        return task;
    }

    /// <summary>Marks a later failure of the task as seen; those who await it still get it.</summary>
    public static void Observe(Task task) =>
        _ = task.ContinueWith(
            static t => _ = t.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );

    /// <summary>Completes when all of them have, however they ended; their failures count as seen.</summary>
    public static Task SettleAsync(IEnumerable<Task> tasks) =>
        Task.WhenAll(tasks)
            .ContinueWith(
                static t => _ = t.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
}
