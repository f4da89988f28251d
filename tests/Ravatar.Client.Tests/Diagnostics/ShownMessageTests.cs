using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Messages as the log shows them.</summary>
public sealed class ShownMessageTests
{
    private const string Token = "opaque+token/of-the=service";

    [Theory]
    [InlineData("""{"answer":"Hello"}""", """{"answer":"Hello"}""")]
    [InlineData("""{"answer":"Grüße, 世界"}""", """{"answer":"Grüße, 世界"}""")]
    [InlineData("no JSON at all", "no JSON at all")]
    [InlineData("", "")]
    [InlineData("""{"audio_base64":"AAAA"}""", """{"audio_base64":"[4 Base64 characters]"}""")]
    [InlineData("""{"audio_base64" : "AA=="}""", """{"audio_base64" : "[4 Base64 characters]"}""")]
    [InlineData("""{"audio_base64_pcm":"AAAAAAAA"}""", """{"audio_base64_pcm":"[8 Base64 characters]"}""")]
    [InlineData("""{"file_base64_data":""" + "\"UklG", """{"file_base64_data":"[4 Base64 characters]""")]
    [InlineData("""{"file_base64_data":""}""", """{"file_base64_data":""}""")]
    [InlineData("""{"file_base64_data":null}""", """{"file_base64_data":null}""")]
    [InlineData(
        """{"file_base64_data":"data:audio/wav;base64,UklGRg=="}""",
        """{"file_base64_data":"data:audio/wav;base64,[8 Base64 characters]"}"""
    )]
    [InlineData("""{"request":"what is \"audio_base64\":\"AAAA\"?"}""", """{"request":"what is \"audio_base64\":\"AAAA\"?"}""")]
    public void Audio_is_its_length_and_the_rest_as_it_came(string message, string shown) => Assert.Equal(shown, Show(message));

    [Fact]
    public void Long_base64_is_its_length_under_any_name()
    {
        Assert.Equal("""{"sound":"[400 Base64 characters]"}""", Show($$"""{"sound":"{{new string('A', 400)}}"}"""));
        string run = string.Concat(Enumerable.Repeat("azAZ09+/", 25))[..198] + "==";
        Assert.Equal("""{"sound":"[200 Base64 characters]"}""", Show($$"""{"sound":"{{run}}"}"""));
        Assert.Equal($$"""{"sound":"{{run[1..]}}"}""", Show($$"""{"sound":"{{run[1..]}}"}"""));
        string words = string.Join(' ', Enumerable.Repeat("word", 200));
        Assert.Equal(words, Show(words));
    }

    [Theory]
    [InlineData($"bad {Token}!", "bad [token]!")]
    [InlineData("/ws/chat?token=opaque%2Btoken%2Fof-the%3Dservice", "/ws/chat?token=[token]")]
    [InlineData("another: eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoxfQ.c2ln", "another: [token]")]
    public void Tokens_are_masked(string message, string shown) => Assert.Equal(shown, Show(message));

    [Fact]
    public void A_long_jwt_is_masked_and_not_taken_for_audio() =>
        Assert.Equal("[token] refused", Show($"eyJ{new string('x', 500)}.{new string('y', 500)} refused"));

    [Fact]
    public void It_ends_after_8192_characters_and_no_part_of_a_token_is_left_at_the_cut()
    {
        string text = string.Concat(Enumerable.Repeat("a b ", 2048))[..8187];
        string shown = Show(text + Token + " and more");
        Assert.StartsWith(text + "[toke… (11 characters more)", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("opaque", shown, StringComparison.Ordinal);
    }

    private static string Show(string message) => ShownMessage.From(Encoding.UTF8.GetBytes(message), Token);
}
