using System.Text.RegularExpressions;

namespace Ravatar.Client.Tests;

/// <summary>A C# file of the repository, with its code apart from its comments and literals.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string root, string path)
    {
        Path = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/');
        Text = File.ReadAllText(path);
        Code = Strip(Text);
    }

    /// <summary>Relative to the folder that was searched, with forward slashes.</summary>
    public string Path { get; }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>Without comments, strings and characters; line breaks stay.</summary>
    public string Code { get; }

    /// <summary>The first folder of <see cref="Path"/>; empty for a file that is in none.</summary>
    public string Room => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>Names of types declared at the top level.</summary>
    public IEnumerable<string> DeclaredTypes => TopLevelType().Matches(Code).Select(static m => m.Groups["name"].Value);

    /// <summary>Names of public types declared at the top level.</summary>
    public IEnumerable<string> PublicTypes =>
        TopLevelType()
            .Matches(Code)
            .Where(static m => m.Groups["modifiers"].Value.Contains("public", StringComparison.Ordinal))
            .Select(static m => m.Groups["name"].Value);

    /// <summary>Every word of the code.</summary>
    public IEnumerable<string> Words => Word().Matches(Code).Select(static m => m.Value).Distinct();

    /// <summary>All C# files below a folder of the repository, what the build makes left out.</summary>
    public static IReadOnlyList<SourceFile> Below(params string[] folder)
    {
        string root = Repository.Find(folder);
        return
        [
            .. Directory
                .EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
                .Where(path => !IsGenerated(System.IO.Path.GetRelativePath(root, path)))
                .Order(StringComparer.Ordinal)
                .Select(path => new SourceFile(root, path)),
        ];
    }

    public static string Strip(string text) =>
        Literal().Replace(text, static m => new string('\n', m.Value.Count(static c => c == '\n')) + " ");

    private static bool IsGenerated(string path) => path.Split('/', '\\').Any(static part => part is "bin" or "obj");

    // In this order: comments, raw strings, verbatim strings, strings, characters. Interpolated code goes with its string.
    [GeneratedRegex(
        """//[^\n]*|/\*.*?\*/|\$*(?<q>"{3,}).*?\k<q>|(?:\$@|@\$|@)"(?:[^"]|"")*"|\$?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'""",
        RegexOptions.Singleline
    )]
    private static partial Regex Literal();

    [GeneratedRegex(
        @"^(?<modifiers>(?:(?:public|internal|file|abstract|sealed|static|partial|readonly|ref|unsafe)\s+)*)(?:class|record(?:\s+(?:class|struct))?|struct|interface|enum|delegate\s+[\w<>\[\]?,\s]+?)\s+(?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\b[A-Za-z_]\w*\b")]
    private static partial Regex Word();
}
