using System.Diagnostics;
using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>What one way of doing a thing took.</summary>
internal sealed record Figure(double PerSecond, double CpuMicroseconds, double Bytes)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{PerSecond:N0}/s, {CpuMicroseconds:F1} µs CPU, {Bytes:F1} B");
}

/// <summary>A row of the table.</summary>
internal sealed record Row(string Path, string Goal, string Ours, string Baseline, string Ratio, bool Reached);

/// <summary>Times, CPU and allocations of this process.</summary>
internal static class Measure
{
    /// <summary>Runs <paramref name="work"/>, which does <paramref name="count"/> things, and says what one took.</summary>
    public static async Task<Figure> RunAsync(int count, Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double micros = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
        return new Figure(count / seconds, micros / count, (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / count);
    }

    /// <summary>Runs the ways in turn, several rounds, so that what the machine does meanwhile meets all; the median round of each counts.</summary>
    public static async Task<Figure[]> InTurnAsync(int rounds, params Func<Task<Figure>>[] ways)
    {
        List<Figure>[] all = [.. ways.Select(static _ => new List<Figure>())];
        for (int round = 0; round < rounds + 1; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                Figure figure = await ways[way]();
                if (round > 0) // the first only warms up
                {
                    all[way].Add(figure);
                }
            }
        }
        return [.. all.Select(static f => f.OrderBy(static x => x.PerSecond).ElementAt(f.Count / 2))];
    }

    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:F2} ×");

    public static void Print(IEnumerable<Row> rows)
    {
        Console.WriteLine("| path | goal | ours | baseline | ratio | |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (Row row in rows)
        {
            Console.WriteLine(
                $"| {row.Path} | {row.Goal} | {row.Ours} | {row.Baseline} | {row.Ratio} | {(row.Reached ? "reached" : "missed")} |"
            );
        }
    }
}
