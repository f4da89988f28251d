using System.Diagnostics;
using System.Net.WebSockets;

namespace Ravatar.Client.Benchmarks;

/// <summary>A sink in another process, and the ways to reach it.</summary>
internal sealed class SinkProcess : IDisposable
{
    private readonly Process _process;

    private SinkProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public static SinkProcess Start()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], "sink"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.RemoveAt(0);
        }
        Process process = Process.Start(start)!;
        return new SinkProcess(process, int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardOutput.ReadLine();
    }

    public async Task<ClientWebSocket> ConnectAsync()
    {
        ClientWebSocket socket = new();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/ws/chat?token=token-1"), CancellationToken.None);
        return socket;
    }

    public RavatarClient CreateClient(Action<RavatarClientOptions>? configure = null)
    {
        RavatarClientOptions options = new() { BaseAddress = Address, UserId = "bench" };
        configure?.Invoke(options);
        return new RavatarClient(options);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
