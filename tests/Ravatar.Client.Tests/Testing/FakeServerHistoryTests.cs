using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerHistoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FakePageOrder.NewestPageFirst, false, "3 4 5 6+ 0 1 2-")]
    [InlineData(FakePageOrder.NewestPageFirst, true, "6 5 4 3+ 2 1 0-")]
    [InlineData(FakePageOrder.OldestPageFirst, false, "0 1 2 3+ 4 5 6-")]
    [InlineData(FakePageOrder.OldestPageFirst, true, "3 2 1 0+ 6 5 4-")]
    public async Task Pages_come_in_either_order(FakePageOrder order, bool descending, string expected)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.History.PageOrder = order;
        server.History.DescendingInPage = descending;
        Add(server, 0, 7);
        using var client = await BareClient.SignInAsync(server);

        Assert.Equal(expected, $"{await PageAsync(client, 1)} {await PageAsync(client, 2)}");
        Assert.Equal("-", await PageAsync(client, 3));
    }

    [Fact]
    public async Task Pages_shift_while_messages_arrive()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        Add(server, 0, 6);
        using var client = await BareClient.SignInAsync(server);

        var first = await PageAsync(client, 1);
        Add(server, 6, 1);

        Assert.Equal("2 3 4 5+", first);
        Assert.Equal("0 1 2-", await PageAsync(client, 2));
    }

    [Fact]
    public async Task Rows_appear_when_their_lag_is_over()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        server.History.Lag = TimeSpan.FromSeconds(2);
        Add(server, 0, 1);
        server.History.Lag = TimeSpan.Zero;
        Add(server, 1, 1);

        Assert.Equal("-", await PageAsync(client, 1));
        time.Advance(TimeSpan.FromSeconds(1.999));
        Assert.Equal("-", await PageAsync(client, 1));
        time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal("0 1-", await PageAsync(client, 1));
    }

    [Fact]
    public async Task Another_devices_messages_appear()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.History.AppendExchange(BareClient.User, "from the phone", "to the phone");

        var rows = (await client.GetAsync("chat?user_id=user-123")).Json.GetProperty("payload");

        Assert.Equal("to the phone", rows[1].GetProperty("answer").GetString());
        Assert.Equal(0, (await client.GetAsync("chat?user_id=user-123&page=2")).Json.GetProperty("payload").GetArrayLength());
    }

    [Fact]
    public async Task A_hundred_messages_fill_a_page_unless_told_otherwise()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.History.Fill(BareClient.User, 150);
        using var client = await BareClient.SignInAsync(server);

        var reply = (await client.GetAsync("chat?user_id=user-123")).Json;
        server.History.MaxPerPage = 10;
        var limited = (await client.GetAsync("chat?user_id=user-123&per_page=100")).Json;

        Assert.Equal(100, reply.GetProperty("payload").GetArrayLength());
        Assert.True(reply.GetProperty("has_more_messages").GetBoolean());
        Assert.Equal(10, limited.GetProperty("payload").GetArrayLength());
    }

    [Fact]
    public async Task Ten_thousand_messages_are_read_page_by_page()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.History.Fill(BareClient.User, 10_000);
        using var client = await BareClient.SignInAsync(server);

        HashSet<string> ids = [];
        for (var page = 1; page <= 100; page++)
        {
            var reply = (await client.GetAsync($"chat?user_id=user-123&page={page}")).Json;
            ids.UnionWith(reply.GetProperty("payload").EnumerateArray().Select(row => row.GetProperty("_id").GetString()!));
            Assert.Equal(page < 100, reply.GetProperty("has_more_messages").GetBoolean());
        }

        Assert.Equal(10_000, ids.Count);
    }

    private static void Add(FakeRavatarServer server, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            server.History.Append(new FakeHistoryRow { UserId = BareClient.User, Request = $"{i}" });
        }
    }

    private static async Task<string> PageAsync(BareClient client, int page)
    {
        var json = (await client.GetAsync($"chat?user_id=user-123&per_page=4&page={page}")).Json;
        var rows = string.Join(' ', json.GetProperty("payload").EnumerateArray().Select(row => row.GetProperty("request").GetString()));
        return rows + (json.GetProperty("has_more_messages").GetBoolean() ? "+" : "-");
    }
}
