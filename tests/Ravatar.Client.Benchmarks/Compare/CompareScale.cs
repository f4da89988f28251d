using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>Many channels in one process, each with a message a second: latency and CPU as their number grows, beside as many bare sockets.</summary>
internal static class CompareScale
{
    private const int Rounds = 3; // of half a minute for the largest number
    private const int EnoughForP99 = 1_000;

    // So that 100 channels make enough.
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(12);

    public static async Task<IReadOnlyList<Row>> RunAsync(SinkProcess sink, int rounds)
    {
        List<Row> rows = [];
        List<ScalePoint> points = [];
        foreach (int count in (int[])[1, 10, 100, 1_000, 5_000])
        {
            IReadOnlyList<Pace>[] all = await Measure.RoundsAsync(
                Math.Min(rounds, Rounds),
                warmUp: false,
                () => BareAsync(sink, count),
                () => OursAsync(sink, count)
            );
            (Pace bare, Pace ours) = (Pace.MedianOf(all[0]), Pace.MedianOf(all[1]));
            points.Add(new ScalePoint(count, ours.P99, bare.P99, ours.Cpu, bare.Cpu));
            rows.Add(RowOf(count, ours, bare));
        }
        await File.WriteAllTextAsync("scale.svg", ScalePlot.Draw(points)); // beside the table, for the document
        return rows;
    }

    private static Row RowOf(int count, Pace ours, Pace bare)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{count:N0} open channels, a message a second each");
        double cpu = ours.Cpu / bare.Cpu;
        if (ours.P99 is not { } ourP99 || bare.P99 is not { } bareP99)
        {
            string ratio = string.Create(CultureInfo.InvariantCulture, $"{ours.Median / bare.Median:F2} / {cpu:F2} ×");
            return new(path, "(too few for a p99)", ours.ToString(), bare.ToString(), ratio, null);
        }
        double latency = ourP99 / bareP99;
        return new(
            path,
            "p99 ≤ 2 ×, CPU ≤ 1.3 ×",
            ours.ToString(),
            bare.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"{latency:F2} / {cpu:F2} ×"),
            latency <= 2 && cpu <= 1.3
        );
    }

    private static async Task<Pace> BareAsync(SinkProcess sink, int count)
    {
        List<ClientWebSocket> sockets = [];
        for (int i = 0; i < count; i++)
        {
            sockets.Add(await sink.ConnectAsync());
        }
        byte[][] buffers = [.. sockets.Select(static _ => new byte[1024])];
        Pace result = await PaceAsync(
            count,
            async (channel, n) =>
            {
                byte[] question = Encoding.UTF8.GetBytes(
                    $$"""{"avatar_id":"a1","user_id":"bench","chat_type":"text","language":"en","requestType":"text","source":"Ravatar.Client","isLive":false,"session":"s1","request":"question {{n}}"}"""
                );
                await sockets[channel]
                    .SendAsync(question.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                await sockets[channel].ReceiveAsync(buffers[channel].AsMemory(), CancellationToken.None);
            }
        );
        sockets.ForEach(static s => s.Dispose());
        return result;
    }

    private static async Task<Pace> OursAsync(SinkProcess sink, int count)
    {
        await using RavatarClient client = sink.CreateClient();
        List<ChatChannel> channels = [];
        for (int i = 0; i < count; i++)
        {
            channels.Add(await client.OpenChatAsync());
        }
        return await PaceAsync(count, (channel, n) => channels[channel].AskAsync(FormattableString.Invariant($"question {n}")));
    }

    /// <summary>Each channel asks once a second, evenly spread.</summary>
    private static async Task<Pace> PaceAsync(int count, Func<int, int, Task> ask)
    {
        List<double>[] times = [.. Enumerable.Range(0, count).Select(static _ => new List<double>())];
        await RoundsAsync(count, TimeSpan.FromSeconds(2), ask, null); // warms up
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await RoundsAsync(count, s_time, ask, times);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] all = [.. times.SelectMany(static t => t)];
        return new Pace(
            Measure.Median(all),
            all.Length < EnoughForP99 ? null : Measure.Percentile(all, 0.99),
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / seconds
        );
    }

    private static async Task RoundsAsync(int count, TimeSpan time, Func<int, int, Task> ask, List<double>[]? times)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        long start = Stopwatch.GetTimestamp();
        List<Task> asked = new(count * ((int)time.TotalSeconds + 1));
        int sent = 0;
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < time)
        {
            int due = (int)(count * elapsed.TotalSeconds);
            for (; sent < due; sent++)
            {
                asked.Add(TimedAsync(sent % count, sent));
            }
            await timer.WaitForNextTickAsync();
        }
        await Task.WhenAll(asked);

        async Task TimedAsync(int channel, int n)
        {
            long began = Stopwatch.GetTimestamp();
            await ask(channel, n);
            times?[channel].Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
    }

    /// <summary>What one round took: microseconds, and cores. No p99 where there are too few messages for one.</summary>
    private sealed record Pace(double Median, double? P99, double Cpu)
    {
        /// <summary>Of each the median round.</summary>
        public static Pace MedianOf(IReadOnlyList<Pace> rounds) =>
            new(
                Measure.Median(rounds.Select(static r => r.Median)),
                rounds.Any(static r => r.P99 is null) ? null : Measure.Median(rounds.Select(static r => r.P99!.Value)),
                Measure.Median(rounds.Select(static r => r.Cpu))
            );

        public override string ToString() =>
            P99 is { } p99
                ? string.Create(CultureInfo.InvariantCulture, $"p99 {p99 / 1000:F2} ms, {Cpu * 100:F1} % CPU")
                : string.Create(CultureInfo.InvariantCulture, $"median {Median / 1000:F2} ms, {Cpu * 100:F1} % CPU");
    }
}
