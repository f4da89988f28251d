using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>What open channels hold while nothing happens, and what one large answer takes.</summary>
internal static class CompareMemory
{
    private const int Channels = 500;

    private const int Rounds = 3;

    /// <summary>Each way in a process of its own, so that neither finds what the other left.</summary>
    public static async Task<IReadOnlyList<Row>> IdleAsync(SinkProcess sink, int rounds)
    {
        List<Row> rows = [];
        foreach ((string path, int answers) in ((string, int)[])[("an idle open channel", 1), ("the same after 1,000 answers", 1_000)])
        {
            rows.Add(await IdleAsync(sink, Math.Min(rounds, Rounds), path, answers));
        }
        return rows;
    }

    /// <summary>The other process: opens that many, lets each have its answers, and prints what one holds then, managed and resident.</summary>
    public static async Task<int> HeldAsync(string way, string port, string answers)
    {
        using SinkProcess sink = SinkProcess.At(port);
        int count = int.Parse(answers, CultureInfo.InvariantCulture);
        await using RavatarClient client = sink.CreateClient();
        Func<int, Task<object>> open = way == "ours" ? _ => OpenAsync(client, count) : _ => ConnectAsync(sink, count);
        object first = await open(0); // warms up
        (long managed, long resident) = Now();
        List<object> held = [];
        for (int i = 0; i < Channels; i++)
        {
            held.Add(await open(i));
        }
        (long managedAfter, long residentAfter) = Now();
        GC.KeepAlive(first);
        GC.KeepAlive(held);
        Console.WriteLine(FormattableString.Invariant($"{(managedAfter - managed) / Channels} {(residentAfter - resident) / Channels}"));
        Environment.Exit(0); // what is open needs no goodbye
        return 0;
    }

    private static async Task<Row> IdleAsync(SinkProcess sink, int rounds, string path, int answers)
    {
        IReadOnlyList<(double Managed, double Resident)>[] all = await Measure.RoundsAsync(
            rounds,
            warmUp: false,
            () => HeldByAsync(sink, "bare", answers),
            () => HeldByAsync(sink, "ours", answers)
        );
        (double Managed, double Resident)[] held =
        [
            .. all.Select(static f => (Measure.Median(f.Select(static h => h.Managed)), Measure.Median(f.Select(static h => h.Resident)))),
        ];
        static string Show((double Managed, double Resident) h) =>
            string.Create(CultureInfo.InvariantCulture, $"{h.Managed / 1024:F1} KB managed, {h.Resident / 1024:F1} KB resident");
        (double managed, double resident) = (held[1].Managed / held[0].Managed, held[1].Resident / held[0].Resident);
        return new(
            path,
            "≤ 1.3 ×, both",
            Show(held[1]),
            Show(held[0]),
            string.Create(CultureInfo.InvariantCulture, $"{managed:F2} / {resident:F2} ×"),
            Math.Max(managed, resident) <= 1.3
        );
    }

    private static async Task<(double Managed, double Resident)> HeldByAsync(SinkProcess sink, string way, int answers)
    {
        using Process process = SinkProcess.StartSelf(
            "held",
            way,
            sink.Port.ToString(CultureInfo.InvariantCulture),
            answers.ToString(CultureInfo.InvariantCulture)
        );
        string[] said = (await process.StandardOutput.ReadToEndAsync()).Split(' ', StringSplitOptions.TrimEntries);
        await process.WaitForExitAsync();
        return (double.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture));
    }

    /// <summary>A channel that has had, and its reader has read, so many answers.</summary>
    private static async Task<object> OpenAsync(RavatarClient client, int answers)
    {
        ChatChannel chat = await client.OpenChatAsync();
        await using IAsyncEnumerator<ChatEvent> reader = chat.ReadAllAsync().GetAsyncEnumerator();
        await chat.SendTextAsync(FormattableString.Invariant($"flood {answers}"));
        for (int i = 0; i < answers; i++)
        {
            await reader.MoveNextAsync();
        }
        return chat;
    }

    /// <summary>The same bare: a socket, and the buffer that everybody gives it, into which it reads on.</summary>
    private static async Task<object> ConnectAsync(SinkProcess sink, int answers)
    {
        ClientWebSocket socket = await sink.ConnectAsync();
        byte[] question = Encoding.UTF8.GetBytes(FormattableString.Invariant($"{{\"request\":\"flood {answers}\"}}"));
        await socket.SendAsync(question, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        byte[] buffer = new byte[4096];
        for (int i = 0; i < answers; )
        {
            i += (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).EndOfMessage ? 1 : 0;
        }
        _ = socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask();
        return socket;
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
