using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ravatar.Client.Benchmarks;

/// <summary>An answer as a developer would declare it, for the source-generated parse that is the baseline.</summary>
internal sealed class BareAnswer
{
    [JsonPropertyName("_id")]
    public string? Id { get; set; }

    [JsonPropertyName("direction")]
    public string? Direction { get; set; }

    [JsonPropertyName("user_id")]
    public string? UserId { get; set; }

    [JsonPropertyName("request")]
    public string? Request { get; set; }

    [JsonPropertyName("answer")]
    public string? Answer { get; set; }

    [JsonPropertyName("avatar_id")]
    public string? AvatarId { get; set; }

    [JsonPropertyName("avatar_name")]
    public string? AvatarName { get; set; }

    [JsonPropertyName("date")]
    public long Date { get; set; }

    [JsonPropertyName("chat_type")]
    public string? ChatType { get; set; }

    [JsonPropertyName("language_code")]
    public string? LanguageCode { get; set; }
}

internal sealed class BarePage
{
    [JsonPropertyName("payload")]
    public List<BareAnswer> Payload { get; set; } = [];

    [JsonPropertyName("has_more_messages")]
    public bool HasMore { get; set; }
}

[JsonSerializable(typeof(BareAnswer))]
[JsonSerializable(typeof(BarePage))]
internal sealed partial class BareJson : JsonSerializerContext;

/// <summary>Answers that pour in, and answers to questions.</summary>
internal static class CompareReceive
{
    private const int Flood = 200_000;
    private const int Questions = 5_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(SinkProcess sink, int rounds)
    {
        using ClientWebSocket bare = await sink.ConnectAsync();
        await using RavatarClient client = sink.CreateClient(o =>
            (o.Chat.ReaderEvents, o.Chat.SlowReaders) = (1024, SlowReaderPolicy.HoldSocket)
        );
        await using ChatChannel chat = await client.OpenChatAsync();
        await using IAsyncEnumerator<ChatEvent> reader = chat.ReadAllAsync().GetAsyncEnumerator();
        Figure[] figures = await Measure.InTurnAsync(
            rounds,
            () => Measure.RunAsync(Flood, () => BareAsync(bare)),
            () => Measure.RunAsync(Flood, () => OursAsync(chat, reader))
        );
        double ratio = figures[1].PerSecond / figures[0].PerSecond;
        return
        [
            new(
                "`ReadAllAsync`, 330-byte answers, against bare + source-generated parse",
                "≥ 0.85 ×",
                figures[1].ToString(),
                figures[0].ToString(),
                Measure.Ratio(ratio),
                ratio >= 0.85
            ),
        ];
    }

    public static async Task<IReadOnlyList<Row>> AskAsync(SinkProcess sink, int rounds)
    {
        using ClientWebSocket bare = await sink.ConnectAsync();
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        byte[] question = "{\"avatar_id\":\"a1\",\"request\":\"What can you do?\"}"u8.ToArray();
        byte[] buffer = new byte[4096];
        IReadOnlyList<(double Median, double P99)>[] all = await Measure.RoundsAsync(
            rounds,
            warmUp: true,
            () =>
                TimesAsync(async _ =>
                {
                    await bare.SendAsync(question, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                    await bare.ReceiveAsync(buffer, CancellationToken.None);
                }),
            () => TimesAsync(n => chat.AskAsync(FormattableString.Invariant($"What can you do, number {n}?")))
        );
        (double Median, double P99)[] figures =
        [
            .. all.Select(static f => (Measure.Median(f.Select(static t => t.Median)), Measure.Median(f.Select(static t => t.P99)))),
        ];
        (double median, double p99) = (figures[1].Median / figures[0].Median, figures[1].P99 / figures[0].P99);
        static string Show((double Median, double P99) f) => FormattableString.Invariant($"{f.Median:F0} / {f.P99:F0} µs");
        return
        [
            new(
                "`AskAsync` round trip, median / p99",
                "≤ 1.3 ×",
                Show(figures[1]),
                Show(figures[0]),
                FormattableString.Invariant($"{median:F2} / {p99:F2} ×"),
                median <= 1.3 && p99 <= 1.3
            ),
        ];
    }

    private static async Task<(double Median, double P99)> TimesAsync(Func<int, Task> ask)
    {
        List<double> times = new(Questions);
        for (int i = 0; i < Questions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await ask(i);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return (Measure.Median(times), Measure.Percentile(times, 0.99));
    }

    private static async Task BareAsync(ClientWebSocket socket)
    {
        await socket.SendAsync(
            System.Text.Encoding.UTF8.GetBytes($"{{\"request\":\"flood {Flood}\"}}"),
            WebSocketMessageType.Text,
            endOfMessage: true,
            CancellationToken.None
        );
        byte[] buffer = new byte[4096];
        for (int i = 0; i < Flood; i++)
        {
            ValueWebSocketReceiveResult result;
            int count = 0;
            do
            {
                result = await socket.ReceiveAsync(buffer.AsMemory(count), CancellationToken.None);
                count += result.Count;
            } while (!result.EndOfMessage);
            JsonSerializer.Deserialize(buffer.AsSpan(0, count), BareJson.Default.BareAnswer);
        }
    }

    private static async Task OursAsync(ChatChannel chat, IAsyncEnumerator<ChatEvent> reader)
    {
        await chat.SendTextAsync(FormattableString.Invariant($"flood {Flood}"));
        for (int i = 0; i < Flood; i++)
        {
            await reader.MoveNextAsync();
        }
    }
}
