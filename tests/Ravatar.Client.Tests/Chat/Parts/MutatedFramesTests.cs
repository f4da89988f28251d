using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Frames that networks, proxies and mistakes have damaged: none ends the reading, and the next good one is delivered.</summary>
public class MutatedFramesTests
{
    /// <summary>Small enough that splicing and repeating get over it at times.</summary>
    private const int Limit = 700;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Twenty_thousand_of_them(int seed) => RunAsync(seed, 10_000);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task A_million_of_them(int seed)
    {
        Requires.LongRun();
        await RunAsync(seed, 250_000);
    }

    /// <summary>Nothing here waits for anything; the time-out only keeps a hang from holding up the run.</summary>
    private static Task RunAsync(int seed, int count) =>
        Task.Run(() => ReadAsync(new Random(seed), count)).WaitAsync(TimeSpan.FromMinutes(10), TestContext.Current.CancellationToken);

    private static async Task ReadAsync(Random random, int count)
    {
        byte[][] valid = [.. Frames.Valid.Select(Frames.Utf8)];
        ScriptedSocket socket = new();
        using FrameAssembler frames = new(socket, waitWithoutBuffer: random.Next(2) == 0, Limit);
        List<ChatEvent> received = [];
        Dictionary<Type, int> kinds = [];
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = FrameMutator.Mutate(valid[random.Next(valid.Length)], valid[random.Next(valid.Length)], random);
            socket.Message(damaged, Sizes(random));
            socket.Message(Frames.Utf8($$"""{"answer":"good {{i}}"}"""), Sizes(random));
            Assert.Null(await frames.ReadAsync(received.Add, static () => { }));
            Assert.Null(await frames.ReadAsync(received.Add, static () => { }));
            Assert.Equal(2, received.Count);
            Judge(received[0], damaged);
            Assert.Equal($"good {i}", Assert.IsType<ChatAnswer>(received[1]).FullText);
            kinds[received[0].GetType()] = kinds.GetValueOrDefault(received[0].GetType()) + 1;
            received.Clear();
            socket.Buffers.Clear();
        }
        // Neither all broken nor all still whole: otherwise this tests little.
        Assert.True(kinds[typeof(UnknownEvent)] > count / 4 && kinds[typeof(ChatAnswer)] > count / 40, string.Join(", ", kinds));
    }

    private static void Judge(ChatEvent read, byte[] damaged)
    {
        switch (read)
        {
            case UnknownEvent unknown:
                Assert.Equal(damaged.Length, unknown.Length);
                Assert.NotEmpty(unknown.Problem);
                break;
            case ChatAnswer answer:
                Assert.NotNull(answer.Text);
                _ = answer.Transcript;
                _ = answer.FileUrl?.ToString();
                Assert.True(damaged.Length <= Limit);
                break;
            default:
                Assert.True(read is SystemEvent or ServerEvent or ConnectionEvent);
                break;
        }
        Assert.True(read.Weight > 0);
    }

    private static int[] Sizes(Random random) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(120))];
}
