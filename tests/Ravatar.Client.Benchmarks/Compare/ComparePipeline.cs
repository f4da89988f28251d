using System.Diagnostics;
using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>A microphone's whole way: 48 kHz stereo float in, frames on the socket out.</summary>
internal static class ComparePipeline
{
    private const int Seconds = 600;

    public static async Task<IReadOnlyList<Row>> RunAsync(SinkProcess sink, int rounds)
    {
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        await using LiveSession live = await chat.StartLiveAsync();
        SinkCount arrived = new();
        IReadOnlyList<double>[] streams = await Measure.RoundsAsync(rounds, warmUp: true, () => StreamsAsync(chat, live, arrived));
        double median = Measure.Median(streams[0]);
        return
        [
            new(
                "`StreamAsync` from 48 kHz stereo float, whole pipeline, streams in real time on one core",
                "≥ 500",
                string.Create(CultureInfo.InvariantCulture, $"{median:F0}"),
                "",
                "",
                median >= 500
            ),
        ];
    }

    /// <summary>How many streams one core could carry: the stream's seconds by those it kept this process busy.</summary>
    private static async Task<double> StreamsAsync(ChatChannel chat, LiveSession live, SinkCount arrived)
    {
        await using Tone tone = new(Seconds);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        LiveStreamResult result = await live.StreamAsync(tone, new() { RealTime = false });
        ChatAnswer count = await chat.AskAsync("count");
        double busy = Math.Max((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        arrived.Check(count.FullText, result.FramesSent);
        if (result.FramesDropped > 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"{result.FramesDropped} frames were dropped."));
        }
        return Seconds / busy;
    }

    /// <summary>A tone as a device would give it, as fast as it is read.</summary>
    private sealed class Tone(int seconds) : IAudioSource
    {
        private readonly byte[] _second = Make();
        private long _left = seconds * 48_000L * 8;

        public AudioFormat Format { get; } = new(48_000, 2, AudioEncoding.Float32);

        public ValueTask StartAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask StopAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int at = (int)(_left % _second.Length);
            int count = (int)Math.Min(Math.Min(buffer.Length, _left), _second.Length - at);
            _second.AsSpan(at, count).CopyTo(buffer.Span);
            _left -= count;
            return new ValueTask<int>(count);
        }

        public void DiscardBuffered() { }

        public ValueTask DisposeAsync() => default;

        private static byte[] Make()
        {
            byte[] bytes = new byte[48_000 * 8];
            for (int i = 0; i < 96_000; i++)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i * 4), 0.5f * MathF.Sin(i / 2 * 0.05f));
            }
            return bytes;
        }
    }
}
