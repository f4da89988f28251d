using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class AccessTokenTests
{
    [Fact]
    public void Expiry_and_issue_are_read_from_the_claims()
    {
        AccessToken token = new(Jwts.With("""{"sub":"x","nested":{"exp":1},"iat":1737820800,"exp":1737907200.5}"""));
        Assert.Equal(1737907200.5, token.ExpiresAt);
        Assert.Equal(1737820800, token.IssuedAt);
    }

    [Fact]
    public void A_token_without_a_signature_tells_its_times_as_well()
    {
        string whole = Jwts.With("""{"iat":5,"exp":7}""");
        AccessToken token = new(whole[..whole.LastIndexOf('.')]);
        Assert.Equal((5, 7), (token.IssuedAt, token.ExpiresAt));
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData(".%%%.")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOg.x")]
    public void A_token_that_tells_nothing_is_fine(string value)
    {
        AccessToken token = new(value);
        Assert.Null(token.ExpiresAt);
        Assert.Null(token.IssuedAt);
        Assert.Equal(value, token.Value);
    }

    [Theory]
    [InlineData("""{"exp":"soon"}""", null)]
    [InlineData("""{"exp":null}""", null)]
    [InlineData("""{"exp":{}}""", null)]
    [InlineData("""{"exp":1e400}""", null)]
    [InlineData("""[1]""", null)]
    [InlineData("""{"exp":"1737907200"}""", 1737907200d)]
    [InlineData("""{"exp":-5}""", -5d)]
    public void Claims_of_any_type_are_tolerated(string claims, double? expected)
    {
        Assert.Equal(expected, new AccessToken(Jwts.With(claims)).ExpiresAt);
    }

    [Fact]
    public void Any_text_makes_a_token_without_an_exception()
    {
        Prop.ForAll<string>(text => new AccessToken(text ?? "").Value == (text ?? "")).QuickCheckThrowOnFailure();
        Prop.ForAll<string>(claims => new AccessToken(Jwts.With(claims ?? "")).ToString() == "[access token]").QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_token_shows_itself_nowhere()
    {
        AccessToken token = new(Jwts.With("""{"exp":1}"""));
        Assert.Equal("[access token]", token.ToString());
        Assert.DoesNotContain(token.Value, $"{token} {new TokenAnswer(token.Value, false, default)}", StringComparison.Ordinal);
    }
}
