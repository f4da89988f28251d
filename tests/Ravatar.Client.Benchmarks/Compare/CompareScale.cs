using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>Many channels in one process, each with a message a second: latency and CPU as their number grows, beside as many bare sockets.</summary>
internal static class CompareScale
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Row>> RunAsync(SinkProcess sink, int rounds)
    {
        List<Row> rows = [];
        List<ScalePoint> points = [];
        foreach (int count in (int[])[1, 10, 100, 1_000, 5_000])
        {
            (List<double> Times, double Cpu) bare = await BareAsync(sink, count);
            (List<double> Times, double Cpu) ours = await OursAsync(sink, count);
            points.Add(new ScalePoint(count, P99(ours.Times), P99(bare.Times), ours.Cpu, bare.Cpu));
            double latency = P99(ours.Times) / P99(bare.Times);
            double cpu = ours.Cpu / bare.Cpu;
            string Show((List<double> Times, double Cpu) f) =>
                string.Create(CultureInfo.InvariantCulture, $"p99 {P99(f.Times) / 1000:F2} ms, {f.Cpu * 100:F1} % CPU");
            rows.Add(
                new(
                    string.Create(CultureInfo.InvariantCulture, $"{count:N0} open channels, a message a second each"),
                    "p99 ≤ 2 ×, CPU ≤ 1.3 ×",
                    Show(ours),
                    Show(bare),
                    string.Create(CultureInfo.InvariantCulture, $"{latency:F2} / {cpu:F2} ×"),
                    latency <= 2 && cpu <= 1.3
                )
            );
        }
        await File.WriteAllTextAsync("scale.svg", ScalePlot.Draw(points)); // beside the table, for the document
        return rows;
    }

    private static async Task<(List<double> Times, double Cpu)> BareAsync(SinkProcess sink, int count)
    {
        List<ClientWebSocket> sockets = [];
        for (int i = 0; i < count; i++)
        {
            sockets.Add(await sink.ConnectAsync());
        }
        byte[][] buffers = [.. sockets.Select(static _ => new byte[1024])];
        (List<double>, double) result = await PaceAsync(
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

    private static async Task<(List<double> Times, double Cpu)> OursAsync(SinkProcess sink, int count)
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
    private static async Task<(List<double> Times, double Cpu)> PaceAsync(int count, Func<int, int, Task> ask)
    {
        List<double>[] times = [.. Enumerable.Range(0, count).Select(static _ => new List<double>())];
        await RoundsAsync(count, TimeSpan.FromSeconds(2), ask, null); // warms up
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await RoundsAsync(count, s_time, ask, times);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return ([.. times.SelectMany(static t => t)], (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / seconds);
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

    private static double P99(List<double> times) => times.Order().ElementAt((int)(times.Count * 0.99));
}
