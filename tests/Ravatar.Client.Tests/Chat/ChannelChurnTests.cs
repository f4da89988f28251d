using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What many channels leave behind.</summary>
[Collection<ModelCollection>]
public class ChannelChurnTests
{
    [Fact]
    public async Task Opening_and_disposing_ten_thousand_times_leaves_nothing_behind()
    {
        long before = 0;
        for (int i = 0; i < 10_000; i++)
        {
            ModelPlan plan = new() { Patience = TimeSpan.Zero, OnWrite = n => i % 4 == 0 ? ModelFault.After : ModelFault.None };
            ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
            if (i % 2 == 0)
            {
                _ = harness.Chat.AskAsync("fire and forget").ContinueWith(t => t.Exception, TaskScheduler.Default);
            }
            await harness.DisposeAsync();
            Assert.Empty(harness.Time.Pending);
            Assert.True(harness.Service.Newest.IsDisposed);
            before = i == 2_000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 1_000_000, $"{grown} bytes are left of 8,000 channels.");
    }
}
