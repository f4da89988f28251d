using Xunit;

namespace Ravatar.Client.Tests;

public class ChatAnswerTextTests
{
    [Theory]
    [InlineData(">hello there\n\nHi!", "hello there", "Hi!")]
    [InlineData("> hello \r\n\r\nHi!\r\nAgain.", "hello", "Hi!\nAgain.")]
    [InlineData(">hello\n\n\nHi!\n\nMore.", "hello", "Hi!\n\nMore.")]
    [InlineData(">two\nlines\n\nHi!", "two\nlines", "Hi!")]
    [InlineData(">hello\n\n", "hello", "")]
    [InlineData(">hello\nHi!", null, ">hello\nHi!")]
    [InlineData("hello\n\nHi!", null, "hello\n\nHi!")]
    [InlineData(" >hello\n\nHi!", null, " >hello\n\nHi!")]
    [InlineData(">", null, ">")]
    [InlineData("", null, "")]
    public void A_voice_answer_may_begin_with_what_was_heard(string full, string? transcript, string text)
    {
        ChatAnswer byType = new() { FullText = full, ChatType = ChatType.Voice };
        Assert.Equal((transcript, text, full), (byType.Transcript, byType.Text, byType.FullText));
        ChatAnswer byQuestion = new() { FullText = full, IsVoice = true };
        Assert.Equal((text, transcript), (byQuestion.Text, byQuestion.Transcript));
    }

    [Fact]
    public void A_quote_in_a_text_answer_is_part_of_it()
    {
        foreach (ChatType? type in new ChatType?[] { null, ChatType.Text, ChatType.Video })
        {
            ChatAnswer answer = new() { FullText = ">quote\n\nsource", ChatType = type };
            Assert.Null(answer.Transcript);
            Assert.Equal(">quote\n\nsource", answer.Text);
        }
    }

    [Fact]
    public void A_row_of_history_is_the_same_answer_recovered()
    {
        HistoryMessage row = new()
        {
            Id = "m",
            Date = DateTimeOffset.UnixEpoch,
            Answer = ">said\n\nanswer",
            Request = "said",
            FileUrl = new Uri("https://media.example/a.mp3"),
            AvatarId = "a",
            AvatarName = "Anna",
            UserId = "u",
            ChatType = ChatType.Voice,
            LanguageCode = "en",
        };
        ChatAnswer answer = ChatAnswer.FromHistory(row);
        Assert.True(answer.IsRecovered);
        Assert.Equal(("m", "said", "answer", "said"), (answer.Id, answer.Request, answer.Text, answer.Transcript));
        Assert.Equal(("a", "Anna", "u", "en"), (answer.AvatarId, answer.AvatarName, answer.UserId, answer.LanguageCode));
        Assert.Equal((row.Date, row.FileUrl, row.ChatType), (answer.Date, answer.FileUrl, answer.ChatType));
        Assert.Null(ChatAnswer.FromHistory(new HistoryMessage()).Id);
        Assert.Equal("", ChatAnswer.FromHistory(new HistoryMessage()).Text);
    }
}
