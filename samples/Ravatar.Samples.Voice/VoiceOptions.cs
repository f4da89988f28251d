using System.CommandLine;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>The options that the voice sample has beside the shared ones.</summary>
internal sealed class VoiceOptions
{
    private readonly Option<string?> _microphone = new("--microphone")
    {
        HelpName = "NAME",
        Description = "speak into this microphone, as --list-devices names it [default: the system's default]",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _wav = SampleOptions.Text("--wav", "FILE", "let a WAV file speak instead of a microphone");
    private readonly Option<string?> _mode = SampleOptions.Text(
        "--mode",
        "vad|ptt|record",
        "vad: a pause ends what is said; ptt: push-to-talk, at a terminal; record: a line of input (Enter) starts and another ends it,"
            + " a file is sent as a whole [default: with --live none of them; else vad where the service enables it, else ptt at a terminal, else record]"
    );
    private readonly Option<string?> _save = SampleOptions.Text(
        "--save",
        "FILE.wav",
        "keep what is sent: the first recording under this name, the next ones as FILE-2.wav, FILE-3.wav"
    );
    private readonly Option<bool> _live = new("--live")
    {
        Description =
            "Live Mode: print the address of the page that shows the avatar (it holds your token) and stream, until Ctrl+C or the end of the file;"
            + " with --mode send recordings instead of a stream",
    };
    private readonly Option<string?> _journal = SampleOptions.Text(
        "--journal",
        "DIR",
        "with --live: note the running session in this folder, and end those that a crashed run left there"
    );
    private readonly Option<bool> _listDevices = new("--list-devices")
    {
        Description = "list the microphones, one a line: name, tab, description; the default, where it is known, first",
    };

    /// <summary>For <c>--help</c>.</summary>
    public IEnumerable<Option> All => [_microphone, _wav, _mode, _save, _live, _journal, _listDevices];

    /// <exception cref="UsageException">The options contradict each other, or one's value makes no sense.</exception>
    public VoiceSettings Read(ParseResult given, bool isInteractive)
    {
        string? wav = given.GetValue(_wav);
        if (wav is not null && given.GetResult(_microphone) is not null)
        {
            throw new UsageException("--microphone and --wav exclude each other: give one of them.");
        }
        VoiceMode? mode = Mode(given.GetValue(_mode));
        if (mode == VoiceMode.PushToTalk && wav is not null)
        {
            throw new UsageException("--mode ptt is for a microphone. Send a file by --mode record or --mode vad.");
        }
        if (mode == VoiceMode.PushToTalk && !isInteractive)
        {
            throw new UsageException(
                "--mode ptt needs a terminal, for its keys. Use --mode record or --mode vad where input is redirected."
            );
        }
        bool live = given.GetValue(_live);
        string? journal = given.GetValue(_journal);
        if (journal is not null && !live)
        {
            throw new UsageException("--journal is for live sessions: give --live as well.");
        }
        VoiceSettings settings = new(
            wav,
            given.GetValue(_microphone),
            mode,
            SavePath(given.GetValue(_save), wav),
            given.GetValue(_listDevices),
            live,
            journal
        );
        return settings is { Streams: true, SavePath: not null }
            ? throw new UsageException("--save keeps recordings, and --live without --mode makes none.")
            : settings;
    }

    private static VoiceMode? Mode(string? text) =>
        text switch
        {
            null => null,
            "vad" => VoiceMode.Vad,
            "ptt" => VoiceMode.PushToTalk,
            "record" => VoiceMode.Record,
            _ => throw new UsageException($"--mode: \"{text}\" is none of vad, ptt and record."),
        };

    // Found out before anybody has spoken in vain.
    private static string? SavePath(string? path, string? wav)
    {
        if (path is null)
        {
            return null;
        }
        if (path.Length == 0 || Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new UsageException($"--save: \"{path}\" is no file in a folder that exists.");
        }
        if (wav is { Length: > 0 } && Path.GetFullPath(path) == Path.GetFullPath(wav))
        {
            throw new UsageException("--save: it would replace the file that --wav reads.");
        }
        return path;
    }
}
