using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class RoomTests
{
    /// <summary>In milliseconds; only so that a test which should fail does not wait for ever.</summary>
    private const int HangGuard = 30_000;

    private static CancellationToken None => CancellationToken.None;

    [Fact(Timeout = HangGuard)]
    public async Task There_is_room_for_so_many_messages_and_bytes()
    {
        Room byCount = new(2, 100);
        await byCount.EnterAsync(1, None);
        await byCount.EnterAsync(1, None);
        Assert.False(byCount.EnterAsync(1, None).IsCompleted);
        Room byBytes = new(10, 100);
        await byBytes.EnterAsync(60, None);
        await byBytes.EnterAsync(40, None);
        Assert.False(byBytes.EnterAsync(1, None).IsCompleted);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_waits_comes_in_when_somebody_leaves_first_come_first_served()
    {
        Room room = new(1, 100);
        await room.EnterAsync(10, None);
        Task[] waiting = [room.EnterAsync(1, None), room.EnterAsync(2, None), room.EnterAsync(3, None)];
        for (int i = 0; i < waiting.Length; i++)
        {
            room.Leave(i == 0 ? 10 : i);
            await waiting[i];
            Assert.All(waiting.Skip(i + 1), t => Assert.False(t.IsCompleted));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Nobody_overtakes_a_large_one_that_waits()
    {
        Room room = new(10, 100);
        await room.EnterAsync(50, None);
        Task large = room.EnterAsync(80, None);
        Task small = room.EnterAsync(1, None);
        Assert.False(large.IsCompleted || small.IsCompleted);
        room.Leave(50);
        await Task.WhenAll(large, small);
    }

    [Fact(Timeout = HangGuard)]
    public async Task What_is_larger_than_the_room_is_let_in_alone()
    {
        Room room = new(10, 100);
        await room.EnterAsync(1000, None);
        Task small = room.EnterAsync(1, None);
        Assert.False(small.IsCompleted);
        room.Leave(1000);
        await small;
        Task large = room.EnterAsync(1000, None);
        Assert.False(large.IsCompleted);
        room.Leave(1);
        await large;
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_gives_up_leaves_the_queue_and_lets_those_behind_pass()
    {
        Room room = new(10, 100);
        await room.EnterAsync(50, None);
        using CancellationTokenSource cancel = new();
        Task large = room.EnterAsync(80, cancel.Token);
        Task small = room.EnterAsync(50, None);
        await cancel.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        Assert.Equal(cancel.Token, e.CancellationToken);
        await small;
        Assert.False(room.EnterAsync(1, None).IsCompleted);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Who_comes_cancelled_does_not_wait()
    {
        Room room = new(1, 100);
        await room.EnterAsync(1, None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => room.EnterAsync(1, new CancellationToken(canceled: true)));
        room.Leave(1);
        Assert.True(room.EnterAsync(1, None).IsCompletedSuccessfully);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Closing_fails_who_waits_and_who_comes()
    {
        Room room = new(1, 100);
        await room.EnterAsync(1, None);
        using CancellationTokenSource cancel = new();
        Task waiting = room.EnterAsync(1, cancel.Token);
        RavatarException reason = new("over");
        room.Close(reason);
        room.Close(new RavatarException("again"));
        await cancel.CancelAsync();
        Assert.Same(reason, await Assert.ThrowsAsync<RavatarException>(() => waiting));
        Assert.Same(reason, await Assert.ThrowsAsync<RavatarException>(() => room.EnterAsync(1, None)));
        room.Leave(1);
    }

    [Fact]
    public void Any_sequence_of_coming_going_and_giving_up_agrees_with_a_queue_on_paper()
    {
        Gen<(int Kind, int Value)> step = from kind in Gen.Choose(0, 3) from value in Gen.Choose(0, 40) select (kind, value);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(80), Prop.ForAll(step.ArrayOf().ToArbitrary(), AgreesAsync));
    }

    private static async Task AgreesAsync((int Kind, int Value)[] steps)
    {
        const int MaxCount = 4;
        const int MaxBytes = 50;
        Room room = new(MaxCount, MaxBytes);
        List<Guest> inside = [];
        List<Guest> queue = [];
        foreach ((int kind, int value) in steps)
        {
            if (kind <= 1)
            {
                CancellationTokenSource cancel = new();
                queue.Add(new Guest(value * (kind + 1), room.EnterAsync(value * (kind + 1), cancel.Token), cancel));
            }
            else if (kind == 2 && inside.Count > 0)
            {
                Guest leaving = inside[value % inside.Count];
                inside.Remove(leaving);
                room.Leave(leaving.Bytes);
            }
            else if (kind == 3 && queue.Count > 0)
            {
                Guest gone = queue[value % queue.Count];
                queue.Remove(gone);
                await gone.Cancel.CancelAsync();
            }
            while (
                queue.Count > 0 && (inside.Count == 0 || (inside.Count < MaxCount && inside.Sum(g => g.Bytes) + queue[0].Bytes <= MaxBytes))
            )
            {
                inside.Add(queue[0]);
                queue.RemoveAt(0);
            }
            // An admitted waiter's task completes on another thread, soon; one that must wait never does.
            await Task.WhenAll(inside.Select(g => g.Entered)).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.All(queue, g => Assert.False(g.Entered.IsCompleted));
        }
    }

    [Fact(Timeout = HangGuard)]
    public async Task Cancelling_while_being_let_in_is_either_the_one_or_the_other()
    {
        Room room = new(3, 30);
        int inside = 0;
        int most = 0;
        int entered = 0;
        int cancelled = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => GuestsAsync(new Random(n)))));
        Assert.Equal(8 * 3000, entered + cancelled);
        Assert.True(entered > 0 && cancelled > 0 && most <= 3, $"{entered} entered, {cancelled} cancelled, {most} at once");
        // Nothing is left behind: all the room is there again.
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(room.EnterAsync(10, None).IsCompletedSuccessfully));
        Assert.False(room.EnterAsync(1, None).IsCompleted);

        async Task GuestsAsync(Random random)
        {
            for (int i = 0; i < 3000; i++)
            {
                int bytes = random.Next(1, 40);
                using CancellationTokenSource cancel = new();
                Task entering = room.EnterAsync(bytes, cancel.Token);
                Task cancelling = random.Next(3) > 0 ? Task.Run(cancel.Cancel) : Task.CompletedTask;
                try
                {
                    await entering;
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    room.Leave(bytes);
                    Interlocked.Increment(ref entered);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
                await cancelling;
            }
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private sealed record Guest(int Bytes, Task Entered, CancellationTokenSource Cancel);
}
