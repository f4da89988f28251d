using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ravatar.Client.Tests;

/// <summary>A request as WireMock wrote it down.</summary>
/// <param name="Method">For example <c>GET</c>.</param>
/// <param name="Url">Path and query, for example <c>/chat?page=1</c>.</param>
/// <param name="Body">The body's text; empty when there was none.</param>
/// <param name="Headers">The headers, by name in any case.</param>
internal sealed record WireMockRequest(string Method, string Url, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Path => Url.Split('?')[0];

    /// <summary>Method and last part of the path, as <c>GET /connection</c>.</summary>
    public string Endpoint => $"{Method} {Path[Path.LastIndexOf('/')..]}";
}

/// <summary>The real WireMock in a process of its own, on a free port, with the stubs of this project's <c>wiremock</c> folder.</summary>
internal sealed class WireMockServer : IAsyncDisposable
{
    // Only guards against hanging: it takes about two seconds.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly HttpClient _admin = new();

    private WireMockServer(Process process, int port)
    {
        _process = process;
        BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri BaseAddress { get; }

    public static async Task<WireMockServer> StartAsync(string java, string jar, string rootFolder)
    {
        ProcessStartInfo start = new(java)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-jar",
                jar,
                "--port",
                "0",
                "--bind-address",
                "127.0.0.1",
                "--root-dir",
                rootFolder,
            },
        };
        Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        TaskCompletionSource<int> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> output = [];
        process.OutputDataReceived += (_, line) => Read(line.Data, output, listening);
        process.ErrorDataReceived += (_, line) => Read(line.Data, output, listening);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"WireMock ended: {Join(output)}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            WireMockServer server = new(process, await listening.Task.WaitAsync(StartTimeout));
            await server.WarmUpAsync();
            return server;
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    /// <summary>Everything that was asked for under a path.</summary>
    public async Task<IReadOnlyList<WireMockRequest>> FindAsync(string pathPattern)
    {
        using HttpResponseMessage response = await _admin.PostAsJsonAsync(
            new Uri(BaseAddress, "/__admin/requests/find"),
            new { method = "ANY", urlPathPattern = pathPattern }
        );
        response.EnsureSuccessStatusCode();
        JsonElement found = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. found.GetProperty("requests").EnumerateArray().Select(Read)];
    }

    /// <summary>Requests for which no stub was meant.</summary>
    public async Task<IReadOnlyList<WireMockRequest>> UnmatchedAsync()
    {
        JsonElement found = await _admin.GetFromJsonAsync<JsonElement>(new Uri(BaseAddress, "/__admin/requests/unmatched"));
        return [.. found.GetProperty("requests").EnumerateArray().Select(Read)];
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await EndAsync(_process);
    }

    // The first requests of a Java server take long; tests of time-outs must not meet them.
    private async Task WarmUpAsync()
    {
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage response = await _admin.GetAsync(new Uri(BaseAddress, "/warm-up/connection"));
            _ = await FindAsync("/warm-up/.*");
        }
        using HttpResponseMessage forgotten = await _admin.DeleteAsync(new Uri(BaseAddress, "/__admin/requests"));
        forgotten.EnsureSuccessStatusCode();
    }

    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private static WireMockRequest Read(JsonElement request) =>
        new(
            request.GetProperty("method").GetString()!,
            request.GetProperty("url").GetString()!,
            request.GetProperty("body").GetString() ?? "",
            request
                .GetProperty("headers")
                .EnumerateObject()
                .ToDictionary(h => h.Name, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)
        );

    private static void Read(string? line, List<string> output, TaskCompletionSource<int> listening)
    {
        if (line is null)
        {
            return;
        }
        lock (output)
        {
            output.Add(line);
        }
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["port:", var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            listening.TrySetResult(port);
        }
    }

    private static string Join(List<string> output)
    {
        lock (output)
        {
            return string.Join(Environment.NewLine, output);
        }
    }
}
