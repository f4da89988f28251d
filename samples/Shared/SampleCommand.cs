using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What the samples' commands have in common: parsing, signals, errors and their exit codes.</summary>
internal static class SampleCommand
{
    /// <summary>Runs a sample.</summary>
    /// <param name="description">What it does, for the help.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="ownOptions">Options beside the shared ones.</param>
    /// <param name="run">The sample itself; whatever it throws becomes a message and an exit code.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string description,
        string[] arguments,
        IEnumerable<Option> ownOptions,
        Func<ParseResult, SampleSettings, SampleConsole, CancellationToken, Task> run
    )
    {
        SampleOptions shared = new();
        RootCommand command = new(description);
        foreach (Option option in shared.All.Concat(ownOptions))
        {
            command.Add(option);
        }
        foreach (HelpOption help in command.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        }
        command.SetAction((given, _) => RunAsync(given, shared, run));
        ParseResult parsed = command.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            await Console.Error.WriteLineAsync($"error: {string.Join(" ", parsed.Errors.Select(e => e.Message))} See --help.");
            return ExitCode.Usage;
        }
        // Signals and exceptions are handled below.
        return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(
        ParseResult given,
        SampleOptions shared,
        Func<ParseResult, SampleSettings, SampleConsole, CancellationToken, Task> run
    )
    {
        SampleConsole console = new();
        using Interruption interruption = new();
        try
        {
            await run(given, shared.Read(given), console, interruption.Token);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.ExitCode != 0)
        {
            return interruption.ExitCode;
        }
        catch (Exception e) when (e is UsageException or RavatarException)
        {
            console.Error(e);
            return ExitCode.For(e);
        }
    }

    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCode.Help);
            return code;
        }
    }
}
