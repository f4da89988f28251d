using System.Diagnostics;
using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>A sample, or another program of ours, run as a program, with its standard streams redirected.</summary>
internal sealed class SampleProcess : IDisposable
{
    // Only a guard against hanging.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly SampleStream _output;
    private readonly SampleStream _error;

    private SampleProcess(Process process)
    {
        _process = process;
        _output = new SampleStream(process.StandardOutput);
        _error = new SampleStream(process.StandardError);
    }

    public int Id => _process.Id;

    public TextWriter Input => _process.StandardInput;

    /// <summary>Starts a sample.</summary>
    /// <param name="name">Its project's name.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="variables">Its environment, beside what this process has; the samples' own variables are not inherited.</param>
    public static SampleProcess Start(string name, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        bool ignored = IgnoresInterrupts();
        ProcessStartInfo start = new(ignored ? "env" : host)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string own in start.Environment.Keys.Where(static key => key.StartsWith("RAVATAR_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(own);
        }
        foreach ((string variable, string value) in variables)
        {
            start.Environment[variable] = value;
        }
        IEnumerable<string> prefix = ignored ? ["--default-signal=INT,QUIT", host] : [];
        foreach (string argument in (IEnumerable<string>)[.. prefix, "exec", PathOf(name), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        return new SampleProcess(Process.Start(start)!);
    }

    /// <summary>Whether Ctrl+C means nothing to this process, and so to those it starts: shells start background jobs that way.</summary>
    private static bool IgnoresInterrupts()
    {
        const long Interrupt = 1 << 1;
        string? line = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))
            : null;
        return line is not null && (Convert.ToInt64(line[7..].Trim(), 16) & Interrupt) != 0;
    }

    /// <summary>Feeds a sample its whole input and waits for its end.</summary>
    public static async Task<SampleResult> RunAsync(
        string name,
        IEnumerable<string> arguments,
        string input = "",
        params (string Name, string Value)[] variables
    )
    {
        using SampleProcess process = Start(name, arguments, variables);
        try
        {
            await process.Input.WriteAsync(input);
            process.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading: its exit code tells.
        }
        return await process.EndAsync();
    }

    /// <summary>Waits for the sample's end.</summary>
    public async Task<SampleResult> EndAsync()
    {
        using CancellationTokenSource guard = new(Patience);
        try
        {
            await _process.WaitForExitAsync(guard.Token);
        }
        catch (OperationCanceledException e)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The sample did not end. It wrote: {await _output.All} {await _error.All}", e);
        }
        return new SampleResult(_process.ExitCode, await _output.All, await _error.All);
    }

    /// <summary>Waits until stderr has said something.</summary>
    public Task WaitForErrorAsync(string text) => _error.WaitForAsync(text, Patience);

    /// <summary>Waits until stdout has said something, and gives all that it said by then.</summary>
    public Task<string> WaitForOutputAsync(string text) => _output.WaitForAsync(text, Patience);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    /// <summary>Built beside these tests, in the same configuration.</summary>
    private static string PathOf(string name)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
        string folder = Directory.Exists(Repository.Find("samples", name)) ? "samples" : "tests";
        return Repository.Find(folder, name, "bin", configuration, "net10.0", name + ".dll");
    }
}
