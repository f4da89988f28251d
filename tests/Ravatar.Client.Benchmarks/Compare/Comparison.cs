using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>The table of <c>docs/performance.md</c>: every path beside its baseline, in one run.</summary>
internal static class Comparison
{
    private static readonly Dictionary<string, Func<SinkProcess, int, Task<IReadOnlyList<Row>>>> s_parts = new()
    {
        ["frames"] = CompareFrames.RunAsync,
        ["pipeline"] = ComparePipeline.RunAsync,
        ["receive"] = CompareReceive.RunAsync,
        ["audio"] = CompareMemory.AudioAsync,
        ["ask"] = CompareReceive.AskAsync,
        ["idle"] = CompareMemory.IdleAsync,
        ["scale"] = CompareScale.RunAsync,
        ["cold"] = CompareRest.ColdStartAsync,
        ["history"] = CompareRest.HistoryAsync,
        ["refresh"] = CompareRest.RefreshAsync,
    };

    /// <summary>Runs the parts that are named, or all; <c>rounds=1</c> among the names is for a quick look, not for the document.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        const string Option = "rounds=";
        string? given = arguments.FirstOrDefault(static a => a.StartsWith(Option, StringComparison.Ordinal));
        int rounds = given is null ? 5 : int.Parse(given[Option.Length..], CultureInfo.InvariantCulture);
        string[] names = [.. arguments.Where(a => a != given)];
        List<Row> rows = [];
        foreach (string name in names.Length > 0 ? names : [.. s_parts.Keys])
        {
            using SinkProcess sink = SinkProcess.Start();
            Console.Error.WriteLine(name);
            rows.AddRange(await s_parts[name](sink, rounds));
        }
        Measure.Print(rows);
        return 0;
    }
}
