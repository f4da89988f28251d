using System.CommandLine;
using System.Globalization;

namespace Ravatar.Samples;

/// <summary>The options that all samples share. Each may be given by an environment variable as well; the option wins.</summary>
internal sealed class SampleOptions
{
    private const string Prefix = "RAVATAR_";

    private readonly Option<string?> _url = Text("--url", "URL", $"the REST API ({Prefix}URL) [default: https://chat.rvtr.ai]");
    private readonly Option<string?> _userId = Text("--user-id", "ID", $"who speaks ({Prefix}USER_ID) [default: somebody new each time]");
    private readonly Option<string?> _projectId = Text("--project-id", "ID", $"the RAVATAR project ({Prefix}PROJECT_ID)");
    private readonly Option<string?> _avatar = Text(
        "--avatar",
        "ID",
        $"the avatar ({Prefix}AVATAR) [default: the first that the service lists]"
    );
    private readonly Option<string?> _language = Text(
        "--language",
        "CODE",
        $"as en ({Prefix}LANGUAGE) [default: the first that the service lists]"
    );
    private readonly Option<string?> _timeout = Text(
        "--timeout",
        "SECONDS",
        $"how long a question waits for its answer ({Prefix}TIMEOUT) [default: what the service says]"
    );
    private readonly Option<bool> _debug = new("--debug")
    {
        Description = $"log every HTTP request and socket event to stderr ({Prefix}DEBUG_LOGS=true)",
    };

    /// <summary>For <c>--help</c>.</summary>
    public IEnumerable<Option> All => [_url, _userId, _projectId, _avatar, _language, _timeout, _debug];

    /// <exception cref="UsageException">A value makes no sense.</exception>
    public SampleSettings Read(ParseResult given) =>
        new(
            Address(Value(given, _url)),
            Value(given, _userId),
            Value(given, _projectId),
            Value(given, _avatar),
            Value(given, _language),
            Seconds(Value(given, _timeout)),
            given.GetValue(_debug) || Flag("DEBUG_LOGS")
        );

    /// <summary>A text option; <paramref name="placeholder"/> stands for its value in the help.</summary>
    public static Option<string?> Text(string name, string placeholder, string description) =>
        new(name) { HelpName = placeholder, Description = description };

    private static string? Value(ParseResult given, Option<string?> option) =>
        given.GetValue(option) ?? Variable(option.Name[2..].Replace('-', '_').ToUpperInvariant());

    /// <summary>An empty variable counts as none, as shells and containers have it.</summary>
    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(Prefix + name) is { Length: > 0 } value ? value : null;

    private static bool Flag(string name) =>
        Variable(name)?.ToUpperInvariant() switch
        {
            null or "FALSE" or "0" or "NO" or "OFF" => false,
            "TRUE" or "1" or "YES" or "ON" => true,
            _ => throw new UsageException($"{Prefix}{name}: it must be true or false."),
        };

    private static Uri? Address(string? text) =>
        text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? address
        : throw new UsageException($"--url: \"{text}\" is no absolute address, as https://chat.rvtr.ai.");

    private static TimeSpan? Seconds(string? text) =>
        text is null ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0.001 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException($"--timeout: \"{text}\" is no number of seconds between 0.001 and 86400.");
}
