using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Ravatar.Client.Benchmarks;

/// <summary>History, refused tokens, and the way to the first answer.</summary>
internal static class CompareRest
{
    private const int Messages = 100_000;
    private const int Calls = 1_000;

    public static async Task<IReadOnlyList<Row>> HistoryAsync(SinkProcess sink, int rounds)
    {
        sink.Tell(FormattableString.Invariant($"history {Messages}"));
        Row near = await HistoryAsync(sink, rounds, 0.9, "100,000 history messages", "≥ 0.9 ×");
        sink.Tell("latency 20");
        Row far = await HistoryAsync(sink, Math.Min(rounds, 3), 2, "the same at 20 ms latency", "≥ 2 ×");
        return [near, far];
    }

    public static async Task<IReadOnlyList<Row>> RefreshAsync(SinkProcess sink, int rounds)
    {
        await using RavatarClient client = sink.CreateClient();
        await client.GetConfigurationAsync();
        Figure[] figures = await Measure.InTurnAsync(
            rounds,
            () => Measure.RunAsync(Calls, () => ManyAsync(client)),
            () =>
            {
                sink.Tell("revoke");
                return Measure.RunAsync(Calls, () => ManyAsync(client));
            }
        );
        double ratio = figures[0].PerSecond / figures[1].PerSecond;
        return
        [
            new(
                "1,000 concurrent calls meeting a 403, against 1,000 with a good token",
                "≤ 2.3 ×",
                string.Create(CultureInfo.InvariantCulture, $"{Calls / figures[1].PerSecond * 1000:F0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{Calls / figures[0].PerSecond * 1000:F0} ms"),
                Measure.Ratio(ratio),
                ratio <= 2.3
            ),
        ];
    }

    /// <summary>
    /// Everything that the sink answers is late by the same time: POST /jwt, what opening a chat asks for (the upgrade too), and the question. Connections
    /// themselves cost nothing here; over a network each new one costs a round trip, or with TLS two or three.
    /// </summary>
    public static async Task<IReadOnlyList<Row>> ColdStartAsync(SinkProcess sink, int rounds)
    {
        const int Latency = 200;
        const double Overhead = 0.2; // what is computed, and timers that fire late
        sink.Tell("history 1000");
        sink.Tell(FormattableString.Invariant($"latency {Latency}"));
        IReadOnlyList<double>[] times = await Measure.RoundsAsync(rounds, warmUp: true, () => FirstAnswerAsync(sink));
        double median = Measure.Median(times[0]);
        double trips = (median / Latency) - 1;
        return
        [
            new(
                "first answer after a cold start, round trips after `/jwt`",
                string.Create(CultureInfo.InvariantCulture, $"2 (≤ {2 + Overhead:F1})"),
                string.Create(CultureInfo.InvariantCulture, $"{trips:F2} ({median:F0} ms at {Latency} ms each)"),
                "",
                "",
                trips <= 2 + Overhead
            ),
        ];
    }

    private static async Task<double> FirstAnswerAsync(SinkProcess sink)
    {
        long start = Stopwatch.GetTimestamp();
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("first");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<Row> HistoryAsync(SinkProcess sink, int rounds, double goal, string path, string goalText)
    {
        await using RavatarClient client = sink.CreateClient();
        using SocketsHttpHandler transport = new() { AutomaticDecompression = DecompressionMethods.All };
        using HttpClient bare = new(transport) { BaseAddress = sink.Address };
        bare.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "token-1");
        Figure[] figures = await Measure.InTurnAsync(
            rounds,
            () => Measure.RunAsync(Messages, () => BareAsync(bare)),
            () => Measure.RunAsync(Messages, () => OursAsync(client))
        );
        double ratio = figures[1].PerSecond / figures[0].PerSecond;
        return new Row(path, goalText, figures[1].ToString(), figures[0].ToString(), Measure.Ratio(ratio), ratio >= goal);
    }

    private static async Task BareAsync(HttpClient http)
    {
        int count = 0;
        BarePage page;
        int number = 1;
        do
        {
            using HttpResponseMessage response = await http.GetAsync(
                FormattableString.Invariant($"chat?user_id=bench&per_page=100&page={number++}"),
                HttpCompletionOption.ResponseHeadersRead
            );
            await using Stream body = await response.Content.ReadAsStreamAsync();
            page = (await JsonSerializer.DeserializeAsync(body, BareJson.Default.BarePage))!;
            count += page.Payload.Count;
        } while (page.HasMore);
        Check(count);
    }

    private static async Task OursAsync(RavatarClient client)
    {
        int count = 0;
        await foreach (HistoryMessage _ in client.GetHistoryAsync())
        {
            count++;
        }
        Check(count);
    }

    private static void Check(int count)
    {
        if (count != Messages)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"{count} of {Messages} messages arrived."));
        }
    }

    private static Task<ChatConfiguration[]> ManyAsync(RavatarClient client) =>
        Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => client.GetConfigurationAsync()));
}
