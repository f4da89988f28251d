using System.Globalization;
using System.Net.WebSockets;

namespace Ravatar.Client.Benchmarks;

/// <summary>What open channels hold while nothing happens, and what one large answer takes.</summary>
internal static class CompareMemory
{
    private const int Channels = 500;

    public static async Task<IReadOnlyList<Row>> IdleAsync(SinkProcess sink, int rounds)
    {
        await WarmUpAsync(sink);
        // Ours first: what sockets leave behind when they are disposed must not count for it.
        await using RavatarClient client = sink.CreateClient();
        (double ourManaged, double ourResident) = await HeldAsync(async () =>
        {
            List<ChatChannel> channels = [];
            for (int i = 0; i < Channels; i++)
            {
                channels.Add(await client.OpenChatAsync());
            }
            await Task.WhenAll(channels.Select(static c => c.AskAsync("Are you there?")));
            return channels;
        });
        (double bareManaged, double bareResident) = await HeldAsync(async () =>
        {
            List<ClientWebSocket> sockets = [];
            for (int i = 0; i < Channels; i++)
            {
                ClientWebSocket socket = await sink.ConnectAsync();
                // A bare connection reads too, into the buffer that everybody gives it.
                _ = socket.ReceiveAsync(new byte[4096].AsMemory(), CancellationToken.None).AsTask();
                sockets.Add(socket);
            }
            return sockets;
        });
        string Show(double managed, double resident) =>
            string.Create(CultureInfo.InvariantCulture, $"{managed / 1024:F1} KB managed, {resident / 1024:F1} KB resident");
        double ratio = ourManaged / bareManaged;
        return
        [
            new(
                "an idle open channel",
                "≤ 1.3 ×",
                Show(ourManaged, ourResident),
                Show(bareManaged, bareResident),
                Measure.Ratio(ratio),
                ratio <= 1.3
            ),
        ];
    }

    public static async Task<IReadOnlyList<Row>> AudioAsync(SinkProcess sink, int rounds)
    {
        const int Megabytes = 20;
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        await chat.AskAsync("audio 1");
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        long before = Environment.WorkingSet;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        ChatAnswer answer = await chat.AskAsync(FormattableString.Invariant($"audio {Megabytes}"));
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        double message = Megabytes * 1024.0 * 1024;
        double peak = PeakBytes() - before;
        if (answer.Audio.Length < message * 3 / 4)
        {
            throw new InvalidOperationException("The audio did not arrive.");
        }
        return
        [
            new(
                "an answer with 20 MB of Base64 audio",
                "≤ 2.2 × the message",
                string.Create(CultureInfo.InvariantCulture, $"peak {peak / 1048576:F1} MB, allocated {allocated / 1048576.0:F1} MB"),
                "20.0 MB",
                Measure.Ratio(peak / message),
                peak / message <= 2.2
            ),
        ];
    }

    private static async Task WarmUpAsync(SinkProcess sink)
    {
        await using RavatarClient client = sink.CreateClient();
        await using ChatChannel chat = await client.OpenChatAsync();
        using ClientWebSocket bare = await sink.ConnectAsync();
        await chat.AskAsync("warm");
    }

    private static async Task<(double Managed, double Resident)> HeldAsync<T>(Func<Task<List<T>>> open)
    {
        (long managed, long resident) = Now();
        List<T> held = await open();
        (long managedAfter, long residentAfter) = Now();
        GC.KeepAlive(held);
        (double, double) each = ((double)(managedAfter - managed) / Channels, (double)(residentAfter - resident) / Channels);
        foreach (T item in held)
        {
            if (item is IAsyncDisposable channel)
            {
                await channel.DisposeAsync();
            }
            else
            {
                (item as IDisposable)?.Dispose();
            }
        }
        return each;
    }

    private static (long Managed, long Resident) Now()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        return (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    private static double PeakBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
