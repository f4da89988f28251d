using Xunit;

namespace Ravatar.Client.Tests;

public class SourceFileTests
{
    [Theory]
    [InlineData("a // b\nc", "a \nc")]
    [InlineData("a /* b\n */ c", "a \n c")]
    [InlineData("a \"b // \\\" c\" d", "a  d")]
    [InlineData("a @\"b\"\"c\\\" d", "a  d")]
    [InlineData("a $\"{b}\" d", "a  d")]
    [InlineData("a $$\"\"\"b \"quoted\" \n c\"\"\" d", "a \n d")]
    [InlineData("a '\"' b '\\'' c", "a  b  c")]
    [InlineData("http://", "http:")]
    public void Only_code_is_left(string text, string code) => Assert.Equal(Squeeze(code), Squeeze(SourceFile.Strip(text)));

    private static string Squeeze(string text) =>
        string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Replace(" \n", "\n", StringComparison.Ordinal)
            .Replace("\n ", "\n", StringComparison.Ordinal)
            .Trim(' ');
}
