using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The page's address: the server's own with the token in it, and nothing that a web view should not open.</summary>
public class StreamingUrlTests
{
    [Theory]
    [InlineData("https://s.example/play", "https://s.example/play?token=a.b-c_d")]
    [InlineData("https://s.example", "https://s.example/?token=a.b-c_d")]
    [InlineData("https://s.example/play?", "https://s.example/play?token=a.b-c_d")]
    [InlineData("https://s.example/play?x=1&y=%20z", "https://s.example/play?x=1&y=%20z&token=a.b-c_d")]
    [InlineData("https://s.example/play?token=old&x=1", "https://s.example/play?token=a.b-c_d&x=1")]
    [InlineData("https://s.example/play?x=1&token=old&token=older", "https://s.example/play?x=1&token=a.b-c_d")]
    [InlineData("https://s.example/play?t%6Fken=old", "https://s.example/play?token=a.b-c_d")]
    [InlineData("https://s.example/play?token", "https://s.example/play?token=a.b-c_d")]
    [InlineData("https://s.example/play?Token=kept&tokens=kept", "https://s.example/play?Token=kept&tokens=kept&token=a.b-c_d")]
    [InlineData("https://s.example/play#part?token=no", "https://s.example/play?token=a.b-c_d#part?token=no")]
    [InlineData("https://s.example:8443/play?x#y", "https://s.example:8443/play?x&token=a.b-c_d#y")]
    [InlineData(" https://s.example/play ", "https://s.example/play?token=a.b-c_d")]
    [InlineData("http://s.example/play", "https://s.example/play?token=a.b-c_d")]
    [InlineData("http://s.example:8080/play", "https://s.example:8080/play?token=a.b-c_d")]
    [InlineData("HTTP://S.example/Play", "https://s.example/Play?token=a.b-c_d")]
    [InlineData("http://localhost:5000/play", "http://localhost:5000/play?token=a.b-c_d")]
    [InlineData("http://127.0.0.1/play", "http://127.0.0.1/play?token=a.b-c_d")]
    [InlineData("http://[::1]/play", "http://[::1]/play?token=a.b-c_d")]
    public void The_token_is_set_in_the_query(string given, string expected)
    {
        StreamingUrl? url = StreamingUrl.Parse(given, allowInsecure: false, out string? problem);
        Assert.Null(problem);
        Assert.Equal(expected, url!.WithToken("a.b-c_d").AbsoluteUri);
        Assert.DoesNotContain("a.b-c_d", url.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Http_stays_http_where_that_is_allowed() =>
        Assert.Equal(
            "http://s.example/play?token=t",
            StreamingUrl.Parse("http://s.example/play", allowInsecure: true, out _)!.WithToken("t").AbsoluteUri
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("/play")]
    [InlineData("//s.example/play")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://s.example/play")]
    [InlineData("wss://s.example/play")]
    [InlineData("https:///play")]
    [InlineData("https://user@s.example/play")]
    [InlineData("https://user:secret@s.example/play")]
    public void What_no_web_view_should_open_is_refused_without_being_quoted(string? given)
    {
        Assert.Null(StreamingUrl.Parse(given, allowInsecure: true, out string? problem));
        Assert.NotNull(problem);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_address_is_refused() =>
        Assert.Null(StreamingUrl.Parse("https://s.example/" + new string('a', 10_000), allowInsecure: false, out _));

    [Fact]
    public void Whatever_the_query_all_else_stays_and_there_is_one_token()
    {
        Gen<string> part = Gen.Elements("x", "y=1", "token=old", "token", "t%6Fken=2", "a=b=c", "", "z=%2B+%26", "Token=q");
        Gen<string> query = Gen.ListOf(part).Select(static parts => string.Join('&', parts));
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                query.ToArbitrary(),
                static query =>
                {
                    string address = StreamingUrl.Parse("https://s.example/p?" + query, false, out _)!.WithToken("new token&").AbsoluteUri;
                    string[] parts = address.Split('?')[1].Split('&');
                    bool oneToken = parts.Count(static p => p == "token=new%20token%26") == 1;
                    static bool IsOther(string p) => Uri.UnescapeDataString(p.Split('=')[0]) != "token";
                    string[] before = query.Length == 0 ? [] : [.. query.Split('&').Where(IsOther)];
                    return oneToken && before.SequenceEqual(parts.Where(IsOther));
                }
            )
        );
    }
}
