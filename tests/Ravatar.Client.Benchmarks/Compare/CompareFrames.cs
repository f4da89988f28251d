using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Benchmarks;

/// <summary>Live audio: frames that the sink has received per second, none dropped.</summary>
internal static class CompareFrames
{
    private const int Count = 40_000;
    private static readonly byte[] s_samples = MakeSamples();

    public static async Task<IReadOnlyList<Row>> RunAsync(SinkProcess sink, int rounds)
    {
        using ClientWebSocket bare = await sink.ConnectAsync();
        using ClientWebSocket hand = await sink.ConnectAsync();
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        LiveSession live = await chat.StartLiveAsync();
        byte[] prepared = Encoding.UTF8.GetBytes(HandWritten(s_samples).Replace("\\u002B", "+", StringComparison.Ordinal));
        (SinkCount bareCount, SinkCount handCount, SinkCount ourCount) = (new(), new(), new());
        Figure[] figures = await Measure.InTurnAsync(
            rounds,
            () => Measure.RunAsync(Count, () => BareAsync(bare, prepared, bareCount)),
            () => Measure.RunAsync(Count, () => HandAsync(hand, handCount)),
            () => Measure.RunAsync(Count, () => OursAsync(chat, live, ourCount))
        );
        if (live.GetStatistics().FramesDropped > 0)
        {
            throw new InvalidOperationException("Frames were dropped.");
        }
        await live.DisposeAsync();
        (Figure atBest, Figure byHand, Figure ours) = (figures[0], figures[1], figures[2]);
        double toBare = ours.PerSecond / atBest.PerSecond;
        double toHand = ours.PerSecond / byHand.PerSecond;
        return
        [
            new(
                "`SendPcmAsync` against a bare socket",
                "≥ 0.85 ×",
                ours.ToString(),
                atBest.ToString(),
                Measure.Ratio(toBare),
                toBare >= 0.85
            ),
            new("`SendPcmAsync` against hand-written", "≥ 5 ×", ours.ToString(), byHand.ToString(), Measure.Ratio(toHand), toHand >= 5),
            new("bytes allocated per frame", "≤ 1", $"{ours.Bytes:F2} B", $"{atBest.Bytes:F2} B", "", ours.Bytes <= 1),
        ];
    }

    private static async Task BareAsync(ClientWebSocket socket, byte[] prepared, SinkCount arrived)
    {
        for (int i = 0; i < Count; i++)
        {
            await socket.SendAsync(prepared.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        await CountedAsync(socket, arrived);
    }

    private static async Task HandAsync(ClientWebSocket socket, SinkCount arrived)
    {
        for (int i = 0; i < Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(HandWritten(s_samples));
            await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        await CountedAsync(socket, arrived);
    }

    private static async Task OursAsync(ChatChannel chat, LiveSession live, SinkCount arrived)
    {
        for (int i = 0; i < Count; i++)
        {
            await live.SendPcmAsync(s_samples);
        }
        arrived.Check((await chat.AskAsync("count")).FullText, Count);
    }

    /// <summary>The sink has read all that came before, and says how much.</summary>
    private static async Task CountedAsync(ClientWebSocket socket, SinkCount arrived)
    {
        await socket.SendAsync(
            "{\"request\":\"count\"}"u8.ToArray(),
            WebSocketMessageType.Text,
            endOfMessage: true,
            CancellationToken.None
        );
        byte[] buffer = new byte[4096];
        WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, CancellationToken.None);
        using JsonDocument answer = JsonDocument.Parse(buffer.AsMemory(0, result.Count));
        arrived.Check(answer.RootElement.GetProperty("answer").GetString()!, Count);
    }

    private static string HandWritten(byte[] samples) =>
        JsonSerializer.Serialize(
            new
            {
                avatar_id = "a1",
                user_id = "bench",
                chat_type = "voice",
                language = "en",
                requestType = "audio",
                source = "Ravatar.Client",
                isLive = true,
                session = "s1",
                LicenseId = "license-1",
                audio_base64_pcm = Convert.ToBase64String(samples),
            }
        );

    private static byte[] MakeSamples()
    {
        byte[] samples = new byte[8192];
        new Random(1).NextBytes(samples);
        return samples;
    }
}
