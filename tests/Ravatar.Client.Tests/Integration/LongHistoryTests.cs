using System.Globalization;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A history of 10,000 messages to which others add while it is read.</summary>
public sealed class LongHistoryTests
{
    private const string User = "user-123";
    private const int Count = 10_000;

    [Theory]
    [InlineData(FakePageOrder.NewestPageFirst, false)]
    [InlineData(FakePageOrder.NewestPageFirst, true)]
    [InlineData(FakePageOrder.OldestPageFirst, false)]
    [InlineData(FakePageOrder.OldestPageFirst, true)]
    public async Task Every_message_arrives_once_while_new_ones_come_between_the_pages(FakePageOrder order, bool descending)
    {
        await using FakeRavatarServer server = await StartAsync(order, descending);
        HashSet<string> there = [.. server.History.Rows(User).Select(r => r.Id!)];
        AddAtEveryPage(server);
        await using RavatarClient client = Client(server);
        HashSet<string> seen = new(StringComparer.Ordinal);
        await foreach (HistoryMessage message in client.GetHistoryAsync())
        {
            Assert.True(seen.Add(message.Id), $"{message.Id} came twice.");
        }
        Assert.Equal(Count, there.Count);
        Assert.Empty(there.Except(seen));
        if (order == FakePageOrder.OldestPageFirst)
        {
            // Reading towards the present meets the new ones too, all but those that came with the last page.
            Assert.True(seen.Count > Count, "None of the new messages was met.");
        }
        Assert.Equal(1, server.Received.JwtIssued);
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(FakePageOrder.NewestPageFirst)]
    [InlineData(FakePageOrder.OldestPageFirst)]
    public async Task Order_is_the_servers(FakePageOrder order)
    {
        await using FakeRavatarServer server = await StartAsync(order, order == FakePageOrder.NewestPageFirst);
        await using RavatarClient client = Client(server);
        List<DateTimeOffset?> dates = [];
        await foreach (HistoryMessage message in client.GetHistoryAsync())
        {
            dates.Add(message.Date);
        }
        Assert.Equal(Count, dates.Count);
        IEnumerable<DateTimeOffset?> sorted =
            order == FakePageOrder.NewestPageFirst ? dates.OrderByDescending(d => d) : dates.OrderBy(d => d);
        Assert.Equal(sorted, dates);
    }

    // Other tests of this process allocate at the same time, so that the heap's size says nothing: what is counted is how many
    // of the messages handed out are still held by anybody.
    [Fact]
    public async Task Messages_that_were_read_are_held_by_nobody()
    {
        await using FakeRavatarServer server = await StartAsync(FakePageOrder.NewestPageFirst, descending: false);
        AddAtEveryPage(server);
        await using RavatarClient client = Client(server);
        List<WeakReference> read = [];
        int most = 0;
        await foreach (HistoryMessage message in client.GetHistoryAsync())
        {
            read.Add(new WeakReference(message));
            if (read.Count % 1000 == 0)
            {
                most = Math.Max(most, CountAlive(read));
            }
        }
        // The pages in flight, the one at hand, and the one before it that a state machine may still know.
        const int Bound = (3 + 2) * 100;
        Assert.True(most <= Bound, $"{most} of {read.Count} messages were alive at once; {Bound} may be.");
    }

    [Fact]
    public async Task Leaving_early_reads_no_further()
    {
        await using FakeRavatarServer server = await StartAsync(FakePageOrder.NewestPageFirst, descending: false);
        await using RavatarClient client = Client(server);
        int seen = 0;
        await foreach (HistoryMessage _ in client.GetHistoryAsync())
        {
            if (++seen == 150)
            {
                break;
            }
        }
        Assert.InRange(server.Received.RequestCount("/chat"), 2, 2 + 3);
    }

    [Fact]
    public async Task A_token_that_is_revoked_halfway_is_not_noticed_by_the_reader()
    {
        await using FakeRavatarServer server = await StartAsync(FakePageOrder.NewestPageFirst, descending: false);
        await using RavatarClient client = Client(server);
        int seen = 0;
        await foreach (HistoryMessage _ in client.GetHistoryAsync())
        {
            if (++seen % 2500 == 0 && seen < Count)
            {
                server.Tokens.RevokeAll();
            }
        }
        Assert.Equal(Count, seen);
        Assert.Equal(4, server.Received.JwtIssued);
    }

    private static async Task<FakeRavatarServer> StartAsync(FakePageOrder order, bool descending)
    {
        FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.History.PageOrder = order;
        server.History.DescendingInPage = descending;
        server.History.Fill(User, Count);
        return server;
    }

    private static void AddAtEveryPage(FakeRavatarServer server)
    {
        int exchanges = 0;
        server.Script.Chat.RespondWith(_ =>
        {
            string number = Interlocked.Increment(ref exchanges).ToString(CultureInfo.InvariantCulture);
            server.History.AppendExchange(User, $"New question {number}", $"New answer {number}");
            return null;
        });
    }

    private static int CountAlive(List<WeakReference> references)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return references.Count(r => r.IsAlive);
    }

    private static RavatarClient Client(FakeRavatarServer server) => new(new() { UserId = User, BaseAddress = server.BaseAddress });
}
