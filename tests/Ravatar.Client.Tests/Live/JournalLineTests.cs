using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The journal's text: what a crash tore is left out, all else is read.</summary>
public class JournalLineTests
{
    private static readonly JournalOwner s_owner = new("user-1", "proj-1", new Uri("https://service.example/"));

    [Fact]
    public void A_line_holds_what_the_next_run_needs_and_no_more() =>
        Assert.Equal(
            """{"start":"license-1","user_id":"user-1","project_id":"proj-1","base":"https://service.example/"}""" + "\n",
            Encoding.UTF8.GetString(JournalLine.Start(new JournalEntry("license-1", s_owner)))
        );

    [Fact]
    public void Started_and_not_ended_runs()
    {
        JournalEntry second = new("license 2 \n \"ü\"", s_owner with { ProjectId = null });
        byte[] journal =
        [
            .. JournalLine.Start(new JournalEntry("license-1", s_owner)),
            .. JournalLine.Start(second),
            .. JournalLine.End("license-1"),
            .. JournalLine.End("license-9"),
        ];
        Assert.Equal([second], JournalLine.ReadRunning(journal));
    }

    [Fact]
    public void Wherever_a_crash_tears_it_whole_lines_are_read_and_torn_ones_are_not()
    {
        byte[][] lines =
        [
            JournalLine.Start(new JournalEntry("license-1", s_owner)),
            JournalLine.Start(new JournalEntry("license-2", s_owner)),
            JournalLine.End("license-1"),
            JournalLine.Start(new JournalEntry("license-3", s_owner)),
        ];
        byte[] whole = [.. lines.SelectMany(static l => l)];
        string[] expected = ["", "license-1", "license-1 license-2", "license-2", "license-2 license-3"];
        for (int length = 0; length <= whole.Length; length++)
        {
            int complete = 0;
            for (int end = 0; complete < lines.Length && (end += lines[complete].Length) <= length; )
            {
                complete++;
            }
            string read = string.Join(' ', JournalLine.ReadRunning(whole.AsSpan(0, length)).Select(static e => e.LicenseId));
            Assert.Equal(expected[complete], read);
        }
    }

    [Fact]
    public void Whatever_stands_in_the_file_reading_it_never_fails() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                Gen.ListOf(
                        Gen.Elements(
                            "{",
                            "}",
                            "\"start\":\"l\"",
                            "\n",
                            ",",
                            "[1]",
                            "null",
                            "\"user_id\":\"u\"",
                            "\"base\":\"x\"",
                            "\"base\":\"https://a/\"",
                            "é",
                            "\0"
                        )
                    )
                    .Select(static parts => string.Concat(parts))
                    .ToArbitrary(),
                static text => JournalLine.ReadRunning(Encoding.UTF8.GetBytes(text)).Count >= 0
            )
        );
}
