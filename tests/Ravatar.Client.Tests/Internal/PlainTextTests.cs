using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What others wrote, as it is shown: tokens in whatever guise are masked, and nothing that is none.</summary>
public sealed class PlainTextTests
{
    private const string Jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEyMyJ9.SIGNATURE-of-the_token-0123456789";
    private const string Opaque = "s3cret+opaque/Token==";

    [Theory]
    [InlineData("<p>bad token <code>HEAD<wbr>TAIL</code></p>", Jwt)]
    [InlineData("bad token HEAD\nTAIL", Jwt)]
    [InlineData("bad token HEAD\r\n   TAIL", Opaque)]
    [InlineData("<td>HEAD</td>\n<td>TAIL</td>", Opaque)]
    [InlineData("bad token HEAD\u200B\u00ADTAIL", Opaque)]
    public void A_token_in_two_parts_is_masked(string text, string token)
    {
        int middle = token.Length / 2;
        string quoted = text.Replace("HEAD", token[..middle], StringComparison.Ordinal)
            .Replace("TAIL", token[middle..], StringComparison.Ordinal);
        foreach (string shown in (string[])[PlainText.From(quoted, token), PlainText.Shortened(quoted, token)])
        {
            Assert.Contains("[token]", shown, StringComparison.Ordinal);
            Assert.DoesNotContain(token[..6], shown, StringComparison.Ordinal);
            Assert.DoesNotContain(token[^6..], shown, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("s3cret+opaque/Token==")]
    [InlineData("s3cret\\u002Bopaque\\/Token==")]
    [InlineData("s3cret\\u002bopaque\\u002fToken\\u003d\\u003d")]
    [InlineData("s3cret%2Bopaque%2FToken%3D%3D")]
    [InlineData("s3cret%2bopaque%2fToken%3d%3d")]
    [InlineData("s3cret&#x2B;opaque&#47;Token==")]
    [InlineData("S3CRET+OPAQUE/TOKEN==")]
    public void A_known_token_is_masked_however_it_is_escaped(string quoted)
    {
        Assert.Equal("a [token] b", PlainText.From($"a {quoted} b", Opaque));
        Assert.Equal("a [token] b", PlainText.Shortened($"a {quoted} b", Opaque));
    }

    [Fact]
    public void A_part_of_a_known_token_between_dots_is_masked()
    {
        Assert.Equal("signature [token]!", PlainText.Shortened("signature SIGNATURE-of-the_token-0123456789!", Jwt));
        Assert.Equal("short parts as in a.b stay", PlainText.Shortened("short parts as in a.b stay", "a.b.c"));
    }

    [Theory]
    [InlineData("{\"alg\":\"HS256\"}")]
    [InlineData("{ \"alg\":\"HS256\"}")]
    [InlineData("{\n  \"typ\": \"JWT\",\n  \"alg\": \"HS256\"}")]
    [InlineData("{\r\n\"alg\":\"HS256\"}")]
    [InlineData("{\t\"alg\":\"HS256\"}")]
    public void Another_token_is_masked_however_its_header_is_written(string header)
    {
        string token =
            Convert.ToBase64String(Encoding.UTF8.GetBytes(header)).TrimEnd('=').Replace('+', '-').Replace('/', '_') + ".e30xx.SIGNATURE";
        Assert.Equal("the old token [token] is bad", PlainText.Shortened($"the old token {token} is bad", Opaque));
        Assert.Equal("(token=[token])", PlainText.From($"(token={token})"));
    }

    [Theory]
    [InlineData("chat-server-one.europe.rvtr.ai refused it")]
    [InlineData("eyAssistant.production.example.com")]
    [InlineData("eworld-services.example.com:443")]
    [InlineData("/usr/share/ravatar.d/settings.production.json")]
    [InlineData("Microsoft.Extensions.Logging.LoggerFactory")]
    [InlineData("version 10.0.12345678.beta-12345")]
    public void What_only_has_dots_is_no_token(string text) => Assert.Equal(text, PlainText.From(text, Opaque));

    [Fact]
    public void The_cut_of_a_long_text_leaves_no_part_of_a_token()
    {
        for (int before = 8192 - 25; before < 8192 + 5; before++)
        {
            string shown = PlainText.Shortened(new string(' ', before) + Opaque + new string('x', 500_000), Opaque);
            Assert.DoesNotContain("s3cr", shown, StringComparison.Ordinal);
        }
        // Masks are shorter than tokens: what was far behind comes close.
        string many = string.Concat(Enumerable.Repeat(new string('t', 16 * 1024) + " ", 100));
        Assert.DoesNotContain("tttt", PlainText.Shortened(many, new string('t', 16 * 1024)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_made_to_be_slow_is_not()
    {
        string token = new string('a', 16 * 1024) + "b";
        string text = new('a', 4 * 1024 * 1024);
        Assert.Equal(text.Length, PlainText.Masked(text, token).Length);
        Assert.NotEmpty(PlainText.Masked(string.Concat(Enumerable.Repeat("eyA", 1_000_000)), token));
        Assert.Empty(PlainText.From(string.Concat(Enumerable.Repeat("<s", 1_000_000)), token)); // one tag, never closed
        Assert.NotEmpty(PlainText.Masked(new string('<', 1_000_000), token));
    }
}
