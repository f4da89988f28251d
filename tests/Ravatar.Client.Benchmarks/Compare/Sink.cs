using System.Net;
using System.Net.Sockets;

namespace Ravatar.Client.Benchmarks;

/// <summary>
/// The other end, in a process of its own: as little server as can answer. It counts large frames without looking into them, echoes small ones, floods on request,
/// and serves the REST endpoints from bytes made in advance, so that what is measured is the client.
/// </summary>
internal sealed class Sink
{
    private int _generation = 1;
    private int _latency;

    public SinkPages Pages { get; } = new();

    /// <summary>Milliseconds before each answer: HTTP, upgrade, or chat message.</summary>
    public int Latency => Volatile.Read(ref _latency);

    public string Token => FormattableString.Invariant($"token-{Volatile.Read(ref _generation)}");

    /// <summary>Serves until standard input ends; the first line of output is the port.</summary>
    public static async Task<int> RunAsync()
    {
        Sink sink = new();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start(8192);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        using CancellationTokenSource over = new();
        Task accepting = sink.AcceptAsync(listener, over.Token);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.WriteLine(sink.Obey(line));
        }
        await over.CancelAsync();
        await accepting;
        return 0;
    }

    private string Obey(string line)
    {
        switch (line.Split(' '))
        {
            case ["revoke"]:
                Interlocked.Increment(ref _generation);
                return "revoked";
            case ["latency", string ms]:
                Volatile.Write(ref _latency, int.Parse(ms, System.Globalization.CultureInfo.InvariantCulture));
                return "slow";
            case ["history", string count]:
                Pages.Make(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
                return "made";
            default:
                return "unknown";
        }
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(cancellationToken);
                socket.NoDelay = true;
                _ = Task.Run(() => ServeAsync(socket), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // over
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await new SinkConnection(this, socket).RunAsync();
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // the client has gone
            }
        }
    }
}
