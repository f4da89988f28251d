using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The channel's promise under fire: every message reaches the server once and in order, every answer the reader once.</summary>
[Collection<ModelCollection>]
public class ChaosTests
{
#if MUTATION
    private const int Messages = 400;
#else
    private const int Messages = 2_000;
#endif

    [Theory]
    [InlineData(1, Messages, true, true, true)]
    [InlineData(2, Messages, false, true, true)]
    [InlineData(3, Messages, true, false, false)]
    [InlineData(4, Messages, false, false, false)]
    [InlineData(5, Messages, false, true, false)]
    public async Task Every_message_arrives_once_in_order_and_every_answer_once(
        int seed,
        int messages,
        bool socketIds,
        bool newestPageFirst,
        bool uniqueAnswers
    )
    {
        Random random = new(seed);
        ModelPlan plan = Plan(random, socketIds, newestPageFirst, uniqueAnswers);
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(
            plan,
            new ChatChannelOptions { ReaderEvents = 100_000 },
            TimeSpan.FromHours(2),
            random: new Random(seed + 1).NextDouble,
            before: service =>
            {
                for (int i = 0; i < 150; i++)
                {
                    service.OtherDevice($"old {i % 20}", plan.AvatarId);
                    service.Time.Advance(TimeSpan.FromSeconds(7));
                }
            }
        );
        string[] texts = [.. Enumerable.Range(0, messages).Select(i => i % 3 == 0 ? $"again {i % 5}" : $"question {i}")];
        List<Task<ChatAnswer>> asked = [];
        Task all = harness.PumpAsync(AskAllAsync(harness, texts, asked, random));
        await all;
        Assert.Equal(texts, harness.Service.Received);
        // Equal questions cannot be told apart: between them, their answers may be exchanged.
        ChatAnswer[] answers = await Task.WhenAll(asked);
        Assert.Equal(texts.Select((t, i) => (t, plan.Answer(t, i)!)).Order(), texts.Zip(answers, (t, a) => (t, a.FullText)).Order());
        List<string> read = await ReadAsync(harness, messages);
        Assert.Equal(texts.Select((t, i) => plan.Answer(t, i)!).Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        ChatStatistics statistics = harness.Chat.GetStatistics();
        Assert.True(statistics.Reconnects > messages / 40, $"Only {statistics.Reconnects} reconnects: this was no chaos.");
        Assert.True(statistics.Resent > 0 && statistics.Recovered > 0);
        Assert.Equal(0, statistics.NotResent + statistics.HistoryFailures + statistics.TimedOut);
    }

    private static ModelPlan Plan(Random random, bool socketIds, bool newestPageFirst, bool uniqueAnswers)
    {
        object gate = new();
        int Next(int below)
        {
            lock (gate)
            {
                return random.Next(below);
            }
        }
        ModelPlan plan = new()
        {
            Patience = TimeSpan.Zero, // whatever a slow machine does, the promise holds
            SocketIds = socketIds,
            NewestPageFirst = newestPageFirst,
            DescendingPages = newestPageFirst && socketIds,
            Greets = true,
            ServerClockSkew = TimeSpan.FromHours(-7),
            AnswersFollowUser = socketIds,
            HistoryLag = () => TimeSpan.FromMilliseconds(Next(2000)),
            AnswerDelay = () => TimeSpan.FromMilliseconds(Next(4) == 0 ? 0 : Next(3000)),
            OnConnect = number => number == 1 || Next(6) != 0 ? null : new[] { 503, 500, 502 }[Next(3)],
            OnHistory = number => number % 9 == 0 ? new RavatarBusyException("busy") : null,
            OnWrite = _ => Next(8) == 0 ? (ModelFault)(1 + Next(6)) : ModelFault.None,
        };
        if (!uniqueAnswers)
        {
            plan.Answer = (text, _) => "re: " + text;
        }
        return plan;
    }

    private static async Task AskAllAsync(ChannelHarness harness, string[] texts, List<Task<ChatAnswer>> asked, Random random)
    {
        Random own = new(random.Next());
        for (int i = 0; i < texts.Length; i++)
        {
            asked.Add(harness.Chat.AskAsync(texts[i]));
            if (own.Next(40) == 0)
            {
                harness.Service.OtherDevice($"elsewhere {i}", "avatar-1");
                harness.Service.OtherDevice(texts[i], "avatar-2");
            }
            // One refusal an outage is the promise; the next may come when the connection has proved itself.
            if (own.Next(4) == 0 && harness.Service.Newest is { IsDead: false, MessagesRead: > 20 })
            {
                harness.Service.RevokeToken();
                harness.Service.Newest.Die();
            }
            if (i >= 16)
            {
                await asked[i - 16];
            }
        }
        await Task.WhenAll(asked);
    }

    private static async Task<List<string>> ReadAsync(ChannelHarness harness, int count)
    {
        List<string> read = [];
        using CancellationTokenSource enough = new();
        await foreach (ChatEvent e in harness.Chat.ReadAllAsync(enough.Token))
        {
            if (e is ChatAnswer answer)
            {
                read.Add(answer.FullText);
                if (read.Count == count)
                {
                    break;
                }
            }
        }
        return read;
    }
}
