using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Ravatar.Client.Benchmarks;

/// <summary>What one way of doing a thing took.</summary>
internal sealed record Figure(double PerSecond, double CpuMicroseconds, double Bytes)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{PerSecond:N0}/s, {CpuMicroseconds:F1} µs CPU, {Bytes:F1} B");
}

/// <summary>A row of the table. Whether its goal is reached is left open where what was measured cannot tell.</summary>
internal sealed record Row(string Path, string Goal, string Ours, string Baseline, string Ratio, bool? Reached);

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

    /// <summary>
    /// Runs the ways in turn, several rounds, every other one backwards, so that what the machine does meanwhile meets all. One more round comes first and only
    /// warms up, unless the ways do that themselves.
    /// </summary>
    public static async Task<IReadOnlyList<T>[]> RoundsAsync<T>(int rounds, bool warmUp, params Func<Task<T>>[] ways)
    {
        List<T>[] all = [.. ways.Select(static _ => new List<T>())];
        for (int round = warmUp ? 0 : 1; round <= rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                int way = round % 2 == 0 ? i : ways.Length - 1 - i;
                T result = await ways[way]();
                if (round > 0)
                {
                    all[way].Add(result);
                }
            }
        }
        return all;
    }

    /// <summary>The ways in turn; of each the median round counts, by its speed.</summary>
    public static async Task<Figure[]> InTurnAsync(int rounds, params Func<Task<Figure>>[] ways) =>
        [.. (await RoundsAsync(rounds, warmUp: true, ways)).Select(static f => f.OrderBy(static x => x.PerSecond).ElementAt(f.Count / 2))];

    public static double Median(IEnumerable<double> values) => Percentile([.. values], 0.5);

    public static double Percentile(IReadOnlyCollection<double> values, double part) =>
        values.Order().ElementAt(Math.Min(values.Count - 1, (int)(values.Count * part)));

    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:F2} ×");

    public static void Print(IEnumerable<Row> rows)
    {
        Console.WriteLine("| path | goal | ours | baseline | ratio | |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (Row row in rows)
        {
            Console.WriteLine(
                $"| {row.Path} | {row.Goal} | {row.Ours} | {row.Baseline} | {row.Ratio} | {(row.Reached is { } reached ? reached ? "reached" : "missed" : "")} |"
            );
        }
        Console.WriteLine();
        Console.WriteLine($"Version {VersionOf(typeof(RavatarClient))}, .NET {Environment.Version}, {Environment.ProcessorCount} cores.");
    }

    /// <summary>The library's version with the commit it was built from; changes that were not committed do not show.</summary>
    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
