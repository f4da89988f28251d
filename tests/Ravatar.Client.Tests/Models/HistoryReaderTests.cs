using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class HistoryReaderTests
{
    private const string GuidesExample = """
        {"payload":[
        {"_id":"message-id-123","direction":"outgoing","user_id":"user-123","request":"Hello, how are you?","avatar_id":"avatar-id-123",
        "date":1737820800000,"chat_type":"text","language_code":"en"},
        {"_id":"message-id-124","direction":"incoming","user_id":"user-123","request":"Hello, how are you?",
        "answer":"I'm doing great! How can I assist you today?","avatar_id":"avatar-id-123","avatar_name":"Assistant","date":1737820801000,
        "chat_type":"text","language_code":"en","fileUrl":"https://example.com/response.mp4"}
        ],"has_more_messages":false}
        """;

    [Fact]
    public void The_guides_example_is_read_whole()
    {
        HistoryPage page = Read(GuidesExample);
        Assert.Equal(3, page.Page);
        Assert.False(page.HasMore);
        HistoryMessage question = page.Messages[0];
        Assert.Equal("message-id-123", question.Id);
        Assert.Equal(MessageDirection.Outgoing, question.Direction);
        Assert.Equal("user-123", question.UserId);
        Assert.Equal("Hello, how are you?", question.Request);
        Assert.Null(question.Answer);
        Assert.Equal("avatar-id-123", question.AvatarId);
        Assert.Null(question.AvatarName);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820800000), question.Date);
        Assert.Equal(ChatType.Text, question.ChatType);
        Assert.Equal("en", question.LanguageCode);
        Assert.Null(question.FileUrl);
        HistoryMessage answer = page.Messages[1];
        Assert.Equal(MessageDirection.Incoming, answer.Direction);
        Assert.Equal("I'm doing great! How can I assist you today?", answer.Answer);
        Assert.Equal("Assistant", answer.AvatarName);
        Assert.Equal(new Uri("https://example.com/response.mp4"), answer.FileUrl);
        Assert.Null(answer.AdditionalProperties);
        Assert.Null(page.AdditionalProperties);
    }

    [Fact]
    public void Rows_share_what_they_repeat()
    {
        HistoryPage page = Read(GuidesExample);
        Assert.Same(page.Messages[0].UserId, page.Messages[1].UserId);
        Assert.Same(page.Messages[0].Request, page.Messages[1].Request);
        Assert.Same(page.Messages[0].AvatarId, page.Messages[1].AvatarId);
        Assert.Same(page.Messages[0].LanguageCode, page.Messages[1].LanguageCode);
    }

    [Fact]
    public void A_row_without_a_member_does_not_inherit_it()
    {
        HistoryPage page = Read(
            """{"payload":[{"_id":"1","user_id":"u","request":"r","avatar_name":"n","direction":"incoming"},{"_id":"2"}]}"""
        );
        HistoryMessage bare = page.Messages[1];
        Assert.Null(bare.UserId);
        Assert.Null(bare.Request);
        Assert.Null(bare.AvatarName);
        Assert.Equal("", bare.Direction.ToString());
    }

    [Fact]
    public void Escaped_names_wrong_types_and_unknown_members_are_read()
    {
        HistoryPage page = Read(
            """
            {"extra":{"a":[]},"payload":[7,null,{"\u005fid":5,"request":["x"],"answer":{"a":1},"date":"2025-01-25T16:00:00Z","chat_type":"","fileUrl":"javascript:x","mood":"fine","direction":"sideways"}],
            "has_more_messages":"true"}
            """
        );
        HistoryMessage row = Assert.Single(page.Messages);
        Assert.Equal("5", row.Id);
        Assert.Null(row.Request);
        Assert.Null(row.Answer);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820800000), row.Date);
        Assert.Null(row.ChatType);
        Assert.Null(row.FileUrl);
        Assert.Equal("sideways", row.Direction.Value);
        Assert.Equal("fine", row.AdditionalProperties!["mood"].GetString());
        Assert.True(page.HasMore);
        Assert.Equal("""{"a":[]}""", page.AdditionalProperties!["extra"].GetRawText());
        Assert.Equal(["extra"], page.AdditionalProperties.Keys);
    }

    [Theory]
    [InlineData("""{"payload":null}""")]
    [InlineData("""{"payload":[]}""")]
    public void An_empty_history_is_a_history(string json)
    {
        Assert.Empty(Read(json).Messages);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"payload":{}}""")]
    [InlineData("""[{"_id":"1"}]""")]
    [InlineData("""{"payload":[{"_id":"1"}""")]
    [InlineData("""{"payload":[]}{}""")]
    public void What_is_no_history_is_not_read_as_an_empty_one(string json)
    {
        Assert.ThrowsAny<JsonException>(() => Read(json));
    }

    [Fact]
    public void Any_mutation_is_read_or_refused_as_json()
    {
        byte[] good = Encoding.UTF8.GetBytes(GuidesExample);
        Prop.ForAll<byte, int>(
                (value, at) =>
                {
                    byte[] bad = [.. good];
                    bad[(int)((uint)at % bad.Length)] = value;
                    try
                    {
                        HistoryReader.Read(bad, 1);
                    }
                    catch (JsonException)
                    {
                        // The one exception that means what it says.
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static HistoryPage Read(string json) => HistoryReader.Read(Encoding.UTF8.GetBytes(json), 3);
}
