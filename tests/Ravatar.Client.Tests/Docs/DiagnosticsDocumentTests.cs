using System.Reflection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>docs/diagnostics.md</c> claims about the log.</summary>
public sealed class DiagnosticsDocumentTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.Find("docs", "diagnostics.md"));

    [Fact]
    public void The_events_are_those_of_the_code()
    {
        string[] code =
        [
            .. from method in Methods()
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()!
            orderby message.EventId
            select $"{message.EventId} | {message.Level} | `{method.Name}` | {message.Message}",
        ];
        Assert.True(code.Length > 30, "The messages of the log are not found any more.");
        Assert.Equal(code, Rows().Select(static r => string.Join(" | ", r[0], r[1], r[3], r[4])));
    }

    [Fact]
    public void An_event_id_belongs_to_one_message()
    {
        int[] ids = [.. Methods().Select(static m => m.GetCustomAttribute<LoggerMessageAttribute>()!.EventId)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Payloads_alone_are_at_trace() =>
        Assert.All(Rows(), static r => Assert.Equal(r[2] == "Payload", r[1] == nameof(LogLevel.Trace)));

    /// <summary>The category of an event, as the document has it.</summary>
    internal static string CategoryOf(int id) => "Ravatar.Client." + Rows().Single(r => int.Parse(r[0], null) == id)[2];

    private static IEnumerable<MethodInfo> Methods() =>
        typeof(RavatarClient)
            .Assembly.GetTypes()
            .SelectMany(static t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(static m => m.IsDefined(typeof(LoggerMessageAttribute)));

    private static IEnumerable<string[]> Rows() =>
        Lines
            .Where(static l => l.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(l[2]))
            .Select(static l => l.Trim('|').Split('|').Select(static c => c.Trim()).ToArray());
}
