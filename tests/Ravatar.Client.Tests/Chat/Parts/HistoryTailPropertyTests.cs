using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Random histories, growing at random moments, also while they are being read.</summary>
public class HistoryTailPropertyTests
{
    [Fact]
    public void What_is_read_is_exactly_what_came_in_order()
    {
        Gen<Plan> plans =
            from order in Gen.Elements((true, true), (true, false), (false, false))
            from pageSize in Gen.Choose(6, 20)
            from hasIds in Gen.Elements(true, false)
            from claimMore in Gen.Elements(true, false)
            from rows in Gen.Choose(0, 120)
            from growth in Gen.Choose(0, 40).ArrayOf(6)
            from between in Gen.Elements(0, 0, 0, 1, 2).ArrayOf(400)
            from fails in Gen.Frequency((24, Gen.Constant(false)), (1, Gen.Constant(true))).ArrayOf(400)
            select new Plan(order.Item1, order.Item2, pageSize, hasIds, claimMore, rows, growth, between, fails);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(plans.ToArbitrary(), ReadsExactlyAsync));
    }

    private static async Task ReadsExactlyAsync(Plan plan)
    {
        ScriptedHistory history = new()
        {
            NewestFirst = plan.NewestFirst,
            Descending = plan.Descending,
            PageSize = plan.PageSize,
            HasIds = plan.HasIds,
            FullPagesClaimMore = plan.ClaimMore,
        };
        history.Grow(plan.Rows);
        HistoryTail tail = new(history.ReadAsync);
        int reads = 0;
        history.BeforeRead = _ =>
        {
            if (plan.Fails[reads++ % plan.Fails.Length])
            {
                throw new RavatarException("down");
            }
            // Fewer than a page at a time: what grows faster than it is read has no end.
            history.Grow(plan.Between[reads % plan.Between.Length]);
        };
        await UntilItWorksAsync(() => tail.FixAsync(CancellationToken.None));
        int afterFix = history.Texts.Count;
        List<HistoryMessage> read = [];
        foreach (int growth in plan.Growth)
        {
            history.Grow(growth);
            await UntilItWorksAsync(async () => read.AddRange(await tail.ReadNewAsync(CancellationToken.None)));
        }
        history.BeforeRead = null;
        read.AddRange(await tail.ReadNewAsync(CancellationToken.None));
        // The line between old and new is drawn somewhere while it was being fixed.
        int old = history.Texts.Count - read.Count;
        Assert.InRange(old, plan.Rows, afterFix);
        Assert.Equal(history.Texts.Skip(old), read.Select(r => r.Request));
    }

    private static async Task UntilItWorksAsync(Func<Task> action)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await action();
                return;
            }
            catch (RavatarException) when (attempt < 1000)
            {
                // as scripted
            }
        }
    }

    private sealed record Plan(
        bool NewestFirst,
        bool Descending,
        int PageSize,
        bool HasIds,
        bool ClaimMore,
        int Rows,
        int[] Growth,
        int[] Between,
        bool[] Fails
    );
}
