using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

public class SharedTokenTests
{
    private const string Key = "ravatar:token:place";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_sealed_is_opened()
    {
        byte[] value = SharedToken.Seal(new AccessToken("token"), Key, Now.AddSeconds(90.5));
        (AccessToken token, TimeSpan life) = SharedToken.Open(value, Key, Now)!.Value;
        Assert.Equal(("token", true, TimeSpan.FromSeconds(90.5)), (token.Value, token.IsShared, life));
    }

    [Theory]
    [InlineData("it is empty or too long", "")]
    [InlineData("it is no token of this version", "ravatar-token-2\nravatar:token:place\n1\ntoken")]
    [InlineData("it is no token of this version", "ravatar-token-1\nravatar:token:place\n1")]
    [InlineData("it is no token of this version", "ravatar-token-1\nravatar:token:place\n1\ntoken\n")]
    [InlineData("it was written for another user, project or address", "ravatar-token-1\nravatar:token:other\n1\ntoken")]
    [InlineData("it does not say when it ends", "ravatar-token-1\nravatar:token:place\nsoon\ntoken")]
    public void What_is_wrong_is_said_without_quoting_it(string problem, string value)
    {
        Assert.Equal(problem, Assert.Throws<FormatException>(() => SharedToken.Open(Encoding.UTF8.GetBytes(value), Key, Now)).Message);
    }

    [Fact]
    public void A_value_has_a_longest_length()
    {
        // The longest token, and more digits of time than any needs.
        string head = $"ravatar-token-1\n{Key}\n";
        int digits = 16 * 1024 + 1024 - head.Length - 1 - 16 * 1024;
        byte[] longest = Encoding.UTF8.GetBytes(head + "99999999999999".PadLeft(digits, '0') + "\n" + new string('t', 16 * 1024));
        Assert.Equal(17 * 1024, longest.Length);
        Assert.Equal(16 * 1024, SharedToken.Open(longest, Key, Now)!.Value.Token.Value.Length);
        FormatException error = Assert.Throws<FormatException>(() => SharedToken.Open([.. longest, (byte)'t'], Key, Now));
        Assert.Equal("it is empty or too long", error.Message);
        Assert.Equal("it is empty or too long", Assert.Throws<FormatException>(() => SharedToken.Open(null, Key, Now)).Message);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public void A_token_that_ends_now_is_none(int milliseconds, bool isOne)
    {
        byte[] value = SharedToken.Seal(new AccessToken("token"), Key, Now.AddMilliseconds(milliseconds));
        Assert.Equal(isOne, SharedToken.Open(value, Key, Now) is not null);
    }
}
