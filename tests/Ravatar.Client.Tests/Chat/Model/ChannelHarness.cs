using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A channel on the model, and a pump that moves the clock when nothing else moves.</summary>
internal sealed class ChannelHarness : IAsyncDisposable
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);

    private const int MostIdleSteps = 40;

    // So many, and what a test waits for will not come.
#if MUTATION
    private const int HopelessSteps = 120;
#else
    private const int HopelessSteps = 1000;
#endif

    private static readonly TimeSpan LongPatience = TimeSpan.FromMilliseconds(20);

    // Who works for so long waits, for good.
    private static readonly TimeSpan LongestWork = ManualTimeProvider.HangGuard / 20;

    // How many threads of the pool other tests have left waiting.
    private static int s_blocked;

    private ChannelHarness(ModelService service, ChatChannel chat) => (Service, Chat) = (service, chat);

    public ModelService Service { get; }

    public ChatChannel Chat { get; }

    public ManualTimeProvider Time => Service.Time;

    public static async Task<ChannelHarness> OpenAsync(
        ModelPlan? plan = null,
        ChatChannelOptions? options = null,
        TimeSpan? answerTimeout = null,
        Func<double>? random = null,
        Action<ModelService>? before = null,
        Func<CancellationToken, Task>? probe = null,
        ILogger? logger = null
    )
    {
        ModelService service = new(new ManualTimeProvider(), plan ?? new ModelPlan());
        before?.Invoke(service);
        Task<ChatChannel> opening = ChatChannel.OpenAsync(
            new ChatOpening(service.Environment(random, probe, logger), options ?? new ChatChannelOptions()),
            TestIdentity.With(service.Plan.AvatarId),
            answerTimeout ?? TimeSpan.FromSeconds(30),
            CancellationToken.None
        );
        await PumpAsync(service, opening);
        return new ChannelHarness(service, await opening);
    }

    /// <summary>Waits for the task, moving the clock to the next timer whenever everything stands still.</summary>
    public async Task<T> PumpAsync<T>(Task<T> until)
    {
        await PumpAsync(Service, until);
        return await until;
    }

    public async Task PumpAsync(Task until)
    {
        await PumpAsync(Service, until);
        await until;
    }

    /// <summary>Moves the clock as long as this holds.</summary>
    public async Task PumpWhileAsync(Func<bool> condition)
    {
        TimeSpan limit = Time.Elapsed + TimeSpan.FromDays(1);
        while (condition())
        {
            await QuietAsync(Service, Service.Never);
            if (condition())
            {
                Step(Service);
            }
            Assert.True(Time.Elapsed < limit, "A day has passed, and what was waited for has not happened.");
        }
    }

    /// <summary>Lets everything that can happen without the clock happen.</summary>
    public Task SettleAsync() => QuietAsync(Service, Service.Never);

    public async ValueTask DisposeAsync() => await PumpAsync(Chat.DisposeAsync().AsTask());

    private static async Task PumpAsync(ModelService service, Task until)
    {
        TimeSpan limit = service.Time.Elapsed + TimeSpan.FromDays(2);
        while (!until.IsCompleted)
        {
            await QuietAsync(service, until);
            if (until.IsCompleted)
            {
                return;
            }
            Step(service);
            Assert.True(service.Time.Elapsed < limit, "Two days have passed, and what was waited for has not happened.");
        }
    }

    // In small steps: a thread that the machine holds up must not find that hours have passed.
    private static void Step(ModelService service)
    {
        // Long idleness is rare, and more likely a machine that holds up our threads: then it gets time to come back.
        service.IdleSteps = service.Activity == service.ActivityAtStep ? service.IdleSteps + 1 : 0;
        service.ActivityAtStep = service.Activity;
        Assert.True(
            service.IdleSteps < HopelessSteps,
            $"In {HopelessSteps} steps of the clock nothing has moved, and what was waited for has not happened."
        );
        TimeSpan next = service.Time.Pending is [var first, ..] ? first : LongestStep;
        service.Time.Advance(
            next < TimeSpan.Zero ? TimeSpan.Zero
            : next < LongestStep ? next
            : LongestStep
        );
    }

    /// <summary>
    /// Returns when nothing has moved for a while: no step of the model, no work item of the thread pool but our own, and no thread of it is at work. One
    /// that the machine holds up is at work, and is waited for, until it seems to be blocked for good.
    /// </summary>
    private static async Task QuietAsync(ModelService service, Task until)
    {
        TimeSpan patience = service.IdleSteps > MostIdleSteps ? LongPatience : service.Plan.Patience;
        (long activity, long own) = (-1, 0);
        int workers = 0;
        long start = Stopwatch.GetTimestamp();
        (long since, long workersSince) = (start, start);
        for (int quiet = 0; !until.IsCompleted; quiet++)
        {
            await Task.Yield();
            own++;
            Thread.Yield();
            long now = service.Activity + ThreadPool.PendingWorkItemCount + ThreadPool.CompletedWorkItemCount - own;
            int atWork = OthersAtWork();
            s_blocked = Math.Min(s_blocked, atWork);
            if (atWork != workers)
            {
                (workers, workersSince) = (atWork, Stopwatch.GetTimestamp());
            }
            TimeSpan waited = Stopwatch.GetElapsedTime(since);
            Assert.True(Stopwatch.GetElapsedTime(start) < ManualTimeProvider.HangGuard, "The channel does not come to rest.");
            if (now != activity)
            {
                (activity, quiet, since) = (now, 0, Stopwatch.GetTimestamp());
            }
            else if (atWork > s_blocked && Stopwatch.GetElapsedTime(workersSince) > LongestWork)
            {
                s_blocked = atWork;
            }
            else if (atWork == s_blocked && quiet >= 12 && waited >= patience)
            {
                return;
            }
        }
    }

    private static int OthersAtWork()
    {
        ThreadPool.GetMaxThreads(out int all, out _);
        ThreadPool.GetAvailableThreads(out int free, out _);
        return all - free - (Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
    }
}
