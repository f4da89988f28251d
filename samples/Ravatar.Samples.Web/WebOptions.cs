using System.CommandLine;
using System.Net;

namespace Ravatar.Samples;

/// <summary>The options that the web sample has beside the shared ones.</summary>
internal sealed class WebOptions
{
    private readonly Option<string?> _urls = SampleOptions.Text(
        "--urls",
        "URLS",
        "where the page is served, several with ; between (ASPNETCORE_URLS) [default: http://localhost:5080]"
    );
    private readonly Option<string?> _allowedHosts = SampleOptions.Text(
        "--allowed-hosts",
        "HOSTS",
        "the host names by which the page may be reached, several with ; between [default: this machine's own]"
    );
    private readonly Option<string?> _liveAudio = SampleOptions.Text(
        "--live-audio",
        "pcm|clip",
        "how voice travels in Live Mode: pcm, while it is spoken, for avatars on the Gemini native-audio API; clip, as one recording"
            + " [default: pcm]"
    );

    /// <summary>For <c>--help</c>.</summary>
    public IEnumerable<Option> All => [_urls, _allowedHosts, _liveAudio];

    /// <exception cref="UsageException">A value makes no sense.</exception>
    public WebSettings Read(ParseResult given) =>
        new(
            Addresses(given.GetValue(_urls) ?? Environment.GetEnvironmentVariable("ASPNETCORE_URLS")),
            List(given.GetValue(_allowedHosts)) ?? WebSettings.OwnHosts,
            given.GetValue(_liveAudio) switch
            {
                null or "pcm" => true,
                "clip" => false,
                string other => throw new UsageException($"--live-audio: \"{other}\" is neither pcm nor clip."),
            }
        );

    private static IReadOnlyList<string> Addresses(string? text)
    {
        IReadOnlyList<string> addresses = List(text) ?? ["http://localhost:5080"];
        foreach (string address in addresses)
        {
            // ASP.NET's own addresses may have a * for the host, which is no valid address elsewhere.
            string host = address.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal);
            if (!Uri.TryCreate(host, UriKind.Absolute, out Uri? parsed) || parsed.Scheme is not ("http" or "https"))
            {
                throw new UsageException($"--urls: \"{address}\" is no address as http://localhost:5080.");
            }
            if (parsed is { Host: "localhost", Port: 0 })
            {
                throw new UsageException($"--urls: a free port is found for {IPAddress.Loopback} only, not for localhost.");
            }
        }
        return addresses;
    }

    private static string[]? List(string? text) =>
        text?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts ? parts : null;
}
