using System.Text;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>
/// Where a sample reads and writes. At a terminal it uses colour (unless <c>NO_COLOR</c> is set); when stdin or stdout is redirected,
/// stdout carries answers alone, one line each, in UTF-8, and everything else goes to stderr. Safe to use from several threads.
/// </summary>
internal sealed class SampleConsole
{
    private const string ToEndOfLine = "\e[K";
    private const string Reset = "\e[0m";
    private const string Bold = "\e[1m";
    private const string Dim = "\e[2m";
    private const string Red = "\e[31m";
    private const string Cyan = "\e[36m";

    private readonly Lock _gate = new();
    private readonly TextReader _input;
    private readonly TextWriter _output;
    private readonly bool _colour;
    private string _status = "";

    public SampleConsole()
    {
        IsInteractive = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        _colour = IsInteractive && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        if (IsInteractive)
        {
            (_input, _output) = (Console.In, Console.Out);
            return;
        }
        // Pipes are UTF-8 everywhere, whatever the machine's code page is.
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        _input = Console.IsInputRedirected ? new StreamReader(Console.OpenStandardInput(), utf8) : Console.In;
        _output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>Whether a person sits there: neither stdin nor stdout is redirected.</summary>
    public bool IsInteractive { get; }

    /// <summary>The next line that is not blank; null at the end of input.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the line that was waited for is lost.</exception>
    public async Task<string?> ReadQuestionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsInteractive)
            {
                Write(_output, Paint("> ", Bold), newLine: false);
            }
            string? line = await ReadLineAsync(cancellationToken);
            if (line is null || !string.IsNullOrWhiteSpace(line))
            {
                return line;
            }
        }
    }

    /// <summary>The next line, blank or not; null at the end of input.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the line that was waited for is lost.</exception>
    public Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        // Reading a console blocks a thread and cannot be cancelled; the waiting can.
        Task.Run(_input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>A line of stdout that was asked for and is no answer.</summary>
    public void Print(string line) => Write(_output, AnswerLine.From(line));

    /// <summary>Shows, at a terminal, a line that the next one replaces; an empty one takes it away.</summary>
    public void Status(string text)
    {
        lock (_gate)
        {
            if (IsInteractive && text != _status)
            {
                _output.Write("\r" + text + ToEndOfLine);
                _output.Flush();
                _status = text;
            }
        }
    }

    /// <summary>One answer: exactly one line where a program reads it, as it came where a person does.</summary>
    public void Answer(string? name, ChatAnswer answer)
    {
        string text = TextOf(answer);
        if (!IsInteractive)
        {
            Write(_output, AnswerLine.From(text));
            return;
        }
        Say(name, text);
        if (answer.FileUrl is { } file && answer.Text.Length > 0)
        {
            Write(_output, Paint(AnswerLine.Printable(file.ToString()), Dim));
        }
    }

    /// <summary>Something that somebody said, for a person to read.</summary>
    public void Say(string? name, string text) =>
        Write(
            IsInteractive ? _output : Console.Error,
            $"{Paint(AnswerLine.Printable(name ?? "avatar"), Bold + Cyan)}: {AnswerLine.Printable(text)}"
        );

    /// <summary>Something else worth knowing: stderr, or dimmed at a terminal.</summary>
    public void Note(string text) => Write(Console.Error, Paint(AnswerLine.Printable(text), Dim));

    /// <summary>What went wrong, and what to do about it.</summary>
    public void Error(Exception exception)
    {
        string advice = exception is RavatarException { Recommendation: { } recommendation } ? $" {recommendation}" : "";
        string code = exception is RavatarAudioException audio ? $"{audio.Code}: " : "";
        Write(Console.Error, Paint($"error: {AnswerLine.From(code + exception.Message + advice)}", Red));
    }

    /// <summary>What an answer says, or what it is where it says nothing.</summary>
    public static string TextOf(ChatAnswer answer) =>
        answer.Text.Length > 0 ? answer.Text
        : answer.FileUrl is { } file ? file.ToString()
        : answer.Audio.Length > 0 ? $"[{answer.AudioMediaType ?? "audio"}, {answer.Audio.Length} bytes]"
        : "[an empty answer]";

    private string Paint(string text, string style) => _colour ? style + text + Reset : text;

    private void Write(TextWriter writer, string text, bool newLine = true)
    {
        lock (_gate)
        {
            Status("");
            writer.Write(newLine ? text + writer.NewLine : text);
            writer.Flush();
        }
    }
}
