namespace Ravatar.Client.Tests;

/// <summary>How a sample ended, and what it wrote.</summary>
internal sealed record SampleResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of stdout, each of which has to end with a line feed.</summary>
    public IReadOnlyList<string> Lines =>
        Output.Length == 0 ? []
        : Output.EndsWith('\n') ? Output[..^1].Split('\n')
        : throw new InvalidOperationException($"The output does not end with a line feed: {Output}");
}
