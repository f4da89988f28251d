using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What the documents show compiles, and the first of it runs.</summary>
public partial class SnippetTests
{
    [Fact]
    public void Every_block_of_code_in_the_documents_is_one_that_compiles()
    {
        string root = Repository.Root;
        HashSet<string> compiled =
        [
            .. Region()
                .Matches(File.ReadAllText(Repository.Find("tests", "Ravatar.Client.Tests", "Docs", "Snippets.cs")))
                .Select(m => Unindent(m.Groups["code"].Value)),
        ];
        string[] documents = ["README.md", .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md")];
        List<(string File, string Code)> shown =
        [
            .. documents.SelectMany(d =>
                Block()
                    .Matches(File.ReadAllText(Path.Combine(root, d)))
                    .Select(m => (d, Unindent(Usings().Replace(m.Groups["code"].Value, ""))))
            ),
        ];
        Assert.All(
            shown,
            block =>
                Assert.True(compiled.Contains(block.Code), $"{block.File} shows this, and Snippets.cs has no such region:\n{block.Code}")
        );
        Assert.All(compiled, code => Assert.True(shown.Any(b => b.Code == code), $"No document shows this region of Snippets.cs:\n{code}"));
    }

    [Fact]
    public Task The_fifteen_lines_run() => Snippets.FifteenLinesAsync();

    [Fact]
    public Task The_test_of_an_app_runs() =>
        Snippets.TestingAsync(async address =>
        {
            await using RavatarClient client = new(
                new RavatarClientOptions
                {
                    UserId = "user-1",
                    BaseAddress = address,
                    Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) },
                }
            );
            await using ChatChannel chat = await client.OpenChatAsync();
            for (int i = 0; i < 4; i++)
            {
                Assert.Equal($"You said: {i}!", (await chat.AskAsync($"{i}!")).Text);
            }
        });

    [Fact]
    public void The_protection_of_tokens_protects()
    {
        Snippets.TokenProtection protection = new(new EphemeralDataProtectionProvider());
        byte[] held = protection.Protect([1, 2, 3]);
        Assert.Equal([1, 2, 3], protection.Unprotect(held));
        held[^1] ^= 1;
        Assert.ThrowsAny<Exception>(() => protection.Unprotect(held));
    }

    private static string Unindent(string code)
    {
        string[] lines = [.. code.ReplaceLineEndings("\n").TrimEnd().Trim('\n').Split('\n')];
        int indent = lines.Where(l => l.Trim().Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => (l.Length >= indent ? l[indent..] : "").TrimEnd()));
    }

    [GeneratedRegex(@"#region \w+\n(?<code>.*?)\n *#endregion", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Region();

    // A whole program begins with them; running it from the packages shows whether they are the right ones.
    [GeneratedRegex(@"\A(using [\w.]+;\n)+\n?", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Usings();

    [GeneratedRegex(@"```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Block();
}
