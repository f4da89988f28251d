using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;

namespace Ravatar.Client.Benchmarks;

/// <summary>A sink in another process, and the ways to reach it.</summary>
internal sealed class SinkProcess : IDisposable
{
    private readonly Process? _process;

    private SinkProcess(Process? process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public static SinkProcess Start()
    {
        Process process = StartSelf("sink");
        return new SinkProcess(process, int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
    }

    /// <summary>One that another process has started, and will end.</summary>
    public static SinkProcess At(string port) => new(null, int.Parse(port, CultureInfo.InvariantCulture));

    /// <summary>This program once more, in a process of its own.</summary>
    public static Process StartSelf(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.RemoveAt(0);
        }
        return Process.Start(start)!;
    }

    public void Tell(string command)
    {
        Process process = _process ?? throw new InvalidOperationException("Another process's sink takes no orders.");
        process.StandardInput.WriteLine(command);
        process.StandardOutput.ReadLine();
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
        if (_process is null)
        {
            return;
        }
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
