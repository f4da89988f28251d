using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>
/// A private, headless PulseAudio server whose default microphone is the monitor of a sink that plays nowhere: what is played to the sink is
/// what the microphone hears. ALSA's <c>default</c> leads there for the whole process while it is up: only one at a time.
/// </summary>
internal sealed partial class VirtualMicrophone : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("virtual-microphone").FullName;
    private Process? _server;

    /// <summary>Skips the test where a virtual microphone cannot be had.</summary>
    public static void Require()
    {
        Needs.Linux();
        Needs.Programs("pulseaudio", "pactl", "paplay", "sox", "espeak-ng");
        Needs.Library("libasound.so.2");
        Needs.Library("libasound_module_pcm_pulse.so");
    }

    public static async Task<VirtualMicrophone> StartAsync()
    {
        var microphone = new VirtualMicrophone();
        await microphone.StartServerAsync();
        return microphone;
    }

    /// <summary>Points libasound and libpulse of this process at no server at all.</summary>
    public static void PointNowhere() => SetEnvironment("PULSE_SERVER", "unix:/nonexistent/pulse");

    public Task ControlAsync(params string[] arguments) => RunAsync("pactl", arguments);

    // Half a second ahead: a player that a busy machine keeps waiting leaves no gap in what is heard.
    public Task PlayAsync(string path) => RunAsync("paplay", "--device=virtual_sink", "--latency-msec=500", path);

    /// <summary>Ends the server as a crash would.</summary>
    public async Task KillAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        PointNowhere();
        if (_server is { } server)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A sentence as 48 kHz stereo WAV.</summary>
    public async Task<string> SpeakAsync(string sentence)
    {
        string raw = Path.Combine(_folder, "raw.wav");
        string speech = Path.Combine(_folder, "speech.wav");
        await RunAsync("espeak-ng", "-w", raw, sentence);
        await RunAsync("sox", raw, "-r", "48000", "-c", "2", "-b", "16", speech, "gain", "-6", "rate", "-h", "pad", "0.3", "0.5");
        return speech;
    }

    private async Task StartServerAsync()
    {
        string socket = Path.Combine(_folder, "native");
        string script = Path.Combine(_folder, "pulse.pa");
        // norewinds=1: without it the monitor delivers in bursts and loses samples.
        await File.WriteAllLinesAsync(
            script,
            [
                ".fail",
                "load-module module-null-sink sink_name=virtual_sink rate=48000 channels=2 norewinds=1",
                "set-default-sink virtual_sink",
                "set-default-source virtual_sink.monitor",
                $"load-module module-native-protocol-unix auth-anonymous=1 socket={socket}",
            ]
        );
        SetEnvironment("XDG_RUNTIME_DIR", _folder);
        SetEnvironment("PULSE_RUNTIME_PATH", Path.Combine(_folder, "p"));
        SetEnvironment("PULSE_STATE_PATH", Path.Combine(_folder, "s"));
        SetEnvironment("PULSE_COOKIE", Path.Combine(_folder, "cookie"));
        SetEnvironment("PULSE_SERVER", "unix:" + socket);
        string[] arguments =
        [
            "-n",
            "-F",
            script,
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
            "--realtime=no",
            "--high-priority=no",
            "--log-target=file:" + Path.Combine(_folder, "log"),
        ];
        _server = Process.Start(new ProcessStartInfo("pulseaudio", arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        _server.ErrorDataReceived += static (_, _) => { };
        _server.BeginErrorReadLine();
        for (int tries = 0; !await IsUpAsync(); tries++)
        {
            Needs.Check(tries < 100 && !_server.HasExited, "PulseAudio does not start here");
        }
    }

    // pactl itself waits for the server for a while; the loop around it is bounded.
    private static async Task<bool> IsUpAsync()
    {
        using Process process = Start("pactl", ["info"]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            await pause.WaitForNextTickAsync();
        }
        return process.ExitCode == 0;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static Process Start(string program, string[] arguments)
    {
        Process process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        )!;
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    // .NET keeps a copy of the environment of its own; libasound and libpulse look at the C library's.
    public static void SetEnvironment(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        _ = setenv(name, value, 1);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
