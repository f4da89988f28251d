using System.Text.RegularExpressions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Every C# block of the README and the docs is compiled: it stands word for word in one of the files in <c>Snippets</c>.</summary>
public partial class SnippetTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> Compiled =
    [
        .. Directory
            .EnumerateFiles(Repository.Find("tests", "Ravatar.Client.Tests", "Docs", "Snippets"), "*.cs")
            .Select(static path => (path, Lines(File.ReadAllText(path)))),
    ];

    public static TheoryData<string, int> Blocks
    {
        get
        {
            TheoryData<string, int> blocks = new();
            foreach (string path in Documents())
            {
                for (int i = 0; i < BlocksOf(path).Count; i++)
                {
                    blocks.Add(Path.GetRelativePath(Repository.Root, path), i);
                }
            }
            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_is_compiled(string document, int number)
    {
        string block = BlocksOf(Repository.Find(document))[number];
        string[] usings = [.. Using().Matches(block).Select(static m => m.Value.Trim())];
        string code = Using().Replace(block, "").Trim('\n');
        bool found = Compiled.Any(file =>
            Snippet().Match(file.Text) is { Success: true } region
            && Dedent(region.Groups["text"].Value) == code
            && usings.All(line => file.Text.Contains(line + "\n", StringComparison.Ordinal))
        );
        Assert.True(
            found,
            $"Block {number + 1} of {document} stands in no file of tests/Ravatar.Client.Tests/Docs/Snippets, between <snippet> and </snippet>:\n{block}"
        );
    }

    [Fact]
    public void No_compiled_snippet_is_left_over() => Assert.Equal(Documents().SelectMany(BlocksOf).Count(), Compiled.Count);

    [Fact]
    public Task The_readme_s_first_program_runs() => Snippets.QuickStart.RunAsync();

    [Fact]
    public Task The_readme_s_test_of_an_app_passes() =>
        Snippets.TestingYourOwnApp.RunAsync(async address =>
        {
            await using RavatarClient client = new(new RavatarClientOptions { UserId = "user-123", BaseAddress = address });
            await using ChatChannel chat = await client.OpenChatAsync();
            for (int i = 1; i <= 4; i++)
            {
                Assert.Equal($"You said: question {i}", (await chat.AskAsync($"question {i}")).Text);
            }
        });

    [Fact]
    public void The_readme_s_host_starts_nothing_by_itself() =>
        Snippets.InAHost.Run(Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder());

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Repository.Find("docs"), "*.md").Order(StringComparer.Ordinal).Prepend(Repository.Find("README.md"));

    private static IReadOnlyList<string> BlocksOf(string path) =>
        [.. Block().Matches(Lines(File.ReadAllText(path))).Select(static m => m.Groups["text"].Value.TrimEnd('\n'))];

    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string Dedent(string text)
    {
        string[] lines = text.Trim('\n').Split('\n');
        int margin = lines.Where(static l => l.Length > 0).Min(static l => l.Length - l.TrimStart(' ').Length);
        return string.Join('\n', lines.Select(l => l.Length > 0 ? l[margin..] : l));
    }

    [GeneratedRegex(@"^```(?:csharp|cs|c#)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"// <snippet>\n(?<text>.*?)\n *// </snippet>", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex Using();
}
