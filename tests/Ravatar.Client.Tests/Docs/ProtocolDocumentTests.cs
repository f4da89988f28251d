using System.Reflection;
using System.Text.RegularExpressions;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>docs/protocol.md</c> claims: every name in it exists, and every fact has a test or a named gap.</summary>
public sealed partial class ProtocolDocumentTests
{
    private const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    private static readonly string[] Lines = File.ReadAllLines(Repository.Find("docs", "protocol.md"));
    private static readonly ILookup<string, Type> Types = (
        (Assembly[])[typeof(RavatarClient).Assembly, typeof(FakeRavatarServer).Assembly, typeof(ProtocolDocumentTests).Assembly]
    )
        .SelectMany(a => a.GetTypes())
        .ToLookup(t => t.Name.Split('`')[0], StringComparer.Ordinal);

    [Fact]
    public void Every_type_and_member_exists() => AssertNone(Names("T").Where(name => !Exists(name)));

    [Fact]
    public void Every_test_exists_and_is_one() => AssertNone(Names("Test").Where(name => !IsTest(name)));

    [Fact]
    public void Every_fact_has_a_source_and_a_test_or_a_gap()
    {
        string[][] facts = [.. Facts()];
        Assert.True(facts.Length > 130, $"Only {facts.Length} facts were found: the tables are not read as they are meant.");
        AssertNone(facts.Where(f => f.Length != 4 || !Sources().IsMatch(f[1])).Select(f => f[0]));
        AssertNone(facts.Where(f => NamesIn(f[3], "Test").Count + NamesIn(f[3], "Gap").Count == 0).Select(f => f[0]));
        // What is built names what carries it.
        AssertNone(facts.Where(f => NamesIn(f[3], "Test").Count > 0 && NamesIn(f[2], "T").Count == 0).Select(f => f[0]));
    }

    [Fact]
    public void Every_gap_is_explained_and_met()
    {
        string[] explained =
        [
            .. Rows().Where(r => r.Length == 2 && r[0].StartsWith("`Gap:", StringComparison.Ordinal)).SelectMany(r => NamesIn(r[0], "Gap")),
        ];
        string[] met = [.. Facts().SelectMany(f => NamesIn(f[3], "Gap")).Distinct()];
        Assert.Equal(met.Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_in_the_columns_escapes_the_check()
    {
        IEnumerable<string> cells = Facts().SelectMany(f => f[2..]);
        AssertNone(cells.Where(c => !Cell().IsMatch(c)));
    }

    [Theory]
    [InlineData("ChatConfiguration.MessageTimeout", true)]
    [InlineData("ChatConfiguration", true)]
    [InlineData("ChatConfiguration.MessageTimeOut", false)]
    [InlineData("ChatConfigurations", false)]
    public void Names_are_looked_up_exactly(string name, bool exists) => Assert.Equal(exists, Exists(name));

    [Theory]
    [InlineData("ProtocolDocumentTests.Every_type_and_member_exists", true)]
    [InlineData("ProtocolDocumentTests.Names_are_looked_up_exactly", true)]
    [InlineData("ProtocolDocumentTests.Exists", false)]
    [InlineData("ProtocolDocumentTests.Every_type", false)]
    [InlineData("ProtocolDocumentTests", false)]
    public void Only_tests_are_tests(string name, bool isTest) => Assert.Equal(isTest, IsTest(name));

    private static void AssertNone(IEnumerable<string> wrong) => Assert.Equal([], wrong.ToArray());

    private static bool Exists(string name)
    {
        string[] parts = name.Split('.');
        return parts.Length switch
        {
            1 => Types.Contains(parts[0]),
            2 => Types[parts[0]].Any(t => t.GetMember(parts[1], Any).Length > 0),
            _ => false,
        };
    }

    private static bool IsTest(string name)
    {
        string[] parts = name.Split('.');
        return parts.Length == 2
            && Types[parts[0]]
                .SelectMany(t => t.GetMember(parts[1], MemberTypes.Method, Any))
                .Any(m => m.GetCustomAttributes().Any(a => a is FactAttribute));
    }

    /// <summary>The rows of tables of facts: fact, source, carried by, held by.</summary>
    private static IEnumerable<string[]> Facts() =>
        Rows().Where(r => r.Length != 2 && r[0] != "Fact" && !r[0].StartsWith("---", StringComparison.Ordinal));

    private static IEnumerable<string[]> Rows() =>
        Lines.Where(l => l.StartsWith('|')).Select(l => l.Trim().Trim('|').Split('|').Select(c => c.Trim()).ToArray());

    private static IEnumerable<string> Names(string kind) => Lines.SelectMany(l => NamesIn(l, kind)).Distinct();

    private static List<string> NamesIn(string text, string kind) =>
        [.. Name().Matches(text).Where(m => m.Groups["kind"].Value == kind).Select(m => m.Groups["name"].Value)];

    [GeneratedRegex("`(?<kind>T|Test|Gap):(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Name();

    [GeneratedRegex("^[SGD?](, [SGD?])*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sources();

    [GeneratedRegex("^(`(T|Test|Gap):[^`]+`(, `(T|Test|Gap):[^`]+`)*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Cell();
}
