using Xunit;

namespace Ravatar.Client.Tests;

public class OutgoingMessageTests
{
    [Fact]
    public void Texts_are_compared_trimmed()
    {
        Assert.Equal("a  b", OutgoingMessage.Normalise(" \t\r\na  b\u00A0\n"));
        Assert.Equal("hello", Message(" hello ").Text);
    }

    [Fact]
    public void Texts_are_compared_in_their_composed_form()
    {
        // Where the process runs without culture data, .NET composes nothing: then a text is equal to itself alone.
        bool composes = "e\u0301".Normalize() == "\u00E9";
        Assert.Equal(composes ? "caf\u00E9" : "cafe\u0301", OutgoingMessage.Normalise("cafe\u0301"));
        Assert.Equal("caf\u00E9", OutgoingMessage.Normalise("caf\u00E9"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \r\n", null)]
    [InlineData(" x ", "x")]
    public void Nothing_and_blanks_are_no_text(string? text, string? expected) =>
        Assert.Equal(expected, OutgoingMessage.NormaliseOrNull(text));

    [Fact]
    public void What_has_no_text_is_voice()
    {
        Assert.True(Message(null).IsVoice);
        Assert.False(Message("").IsVoice);
    }

    [Fact]
    public void Its_place_is_kept_for_one_more_time_out()
    {
        OutgoingMessage message = Message("x");
        Assert.Equal(TimeSpan.MaxValue, message.Leaves);
        message.Due = TimeSpan.FromSeconds(40);
        Assert.Equal(TimeSpan.FromSeconds(70), message.Leaves);
    }

    [Fact]
    public async Task Failing_fails_both_promises_once()
    {
        OutgoingMessage message = new([], "x", wantsAnswer: true, TimeSpan.FromSeconds(30));
        RavatarException reason = new("gone");
        message.Fail(reason);
        message.Fail(new RavatarException("later"));
        Assert.Same(reason, await Assert.ThrowsAsync<RavatarException>(() => message.Written.Task));
        Assert.Same(reason, await Assert.ThrowsAsync<RavatarException>(() => message.Answer!.Task));
        Assert.Null(Message("x").Answer);
    }

    private static OutgoingMessage Message(string? text) => new([], text, wantsAnswer: false, TimeSpan.FromSeconds(30));
}
