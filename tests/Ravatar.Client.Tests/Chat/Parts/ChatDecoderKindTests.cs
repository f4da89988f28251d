using System.Text.Json;
using Xunit;

namespace Ravatar.Client.Tests;

public class ChatDecoderKindTests
{
    [Theory]
    [InlineData("type")]
    [InlineData("direction")]
    public void The_kind_is_read_from_type_and_failing_that_from_direction(string member)
    {
        Assert.IsType<ConnectionEvent>(Kind(member, "connection"));
        Assert.IsType<SystemEvent>(Kind(member, "system"));
        Assert.IsType<ServerEvent>(Kind(member, "event"));
        Assert.IsType<ChatAnswer>(Kind(member, "incoming"));
        Assert.IsType<UnknownEvent>(Kind(member, "outgoing"));
        Assert.IsType<UnknownEvent>(Kind(member, "Incoming"));
    }

    [Theory]
    [InlineData("\"system\"", "\"incoming\"", typeof(SystemEvent))]
    [InlineData("null", "\"system\"", typeof(SystemEvent))]
    [InlineData("\"\"", "\"system\"", typeof(SystemEvent))]
    [InlineData("7", "\"event\"", typeof(ServerEvent))]
    [InlineData("{\"x\":1}", "\"connection\"", typeof(ConnectionEvent))]
    [InlineData("[]", "null", typeof(ChatAnswer))]
    [InlineData("\"\"", "\"\"", typeof(ChatAnswer))]
    [InlineData("\"s\\u0079stem\"", "\"incoming\"", typeof(SystemEvent))]
    public void Type_wins_where_it_says_anything(string type, string direction, Type kind)
    {
        Assert.IsType(kind, Frames.Decode($$"""{"type":{{type}},"direction":{{direction}},"answer":"a"}"""));
        Assert.IsType(kind, Frames.Decode($$"""{"direction":{{direction}},"answer":"a","type":{{type}}}"""));
    }

    [Fact]
    public void A_message_of_no_kind_is_an_answer()
    {
        Assert.Equal("a", Frames.Answer("""{"answer":"a"}""").FullText);
        Assert.Equal("c", Frames.Answer("""{"content":"c"}""").FullText);
    }

    [Theory]
    [InlineData("""{"type":"X","answer":"a","content":"c","message":"m"}""", "c", "a", "c")]
    [InlineData("""{"type":"X","content":"c","message":"m"}""", "c", "c", "c")]
    [InlineData("""{"type":"X","message":"m"}""", "m", "", null)]
    [InlineData("""{"type":"X"}""", "", "", null)]
    [InlineData("""{"type":"X","answer":"","content":"c","message":"m"}""", "c", "c", "c")]
    [InlineData("""{"type":"X","content":"","message":"m"}""", "m", "", "")]
    [InlineData("""{"type":"X","content":{},"answer":null,"message":5}""", "5", "", null)]
    public void Each_kind_has_its_text_and_its_fall_back(string json, string system, string serverEvent, string? answer)
    {
        Assert.Equal(system, Frames.Decode<SystemEvent>(json.Replace("X", "system")).Text);
        Assert.Equal(system, Frames.Decode<ConnectionEvent>(json.Replace("X", "connection")).Text);
        Assert.Equal(serverEvent, Frames.Decode<ServerEvent>(json.Replace("X", "event")).Text);
        ChatEvent incoming = Frames.Decode(json.Replace("X", "incoming"));
        Assert.Equal(json.Contains("\"answer\":\"a\"") ? "a" : answer, (incoming as ChatAnswer)?.FullText);
    }

    [Fact]
    public void Everything_an_answer_can_carry_is_read()
    {
        ChatAnswer answer = Frames.Answer(
            """
            {"type":"incoming","_id":"m-1","request":"How?","answer":"So.","avatar_id":"a-1","avatar_name":"Anna","user_id":"u-1",
             "chat_type":"video","language_code":"de","fileUrl":"https://media.example/x.mp4?sig=1%2B2","date":1737820801000}
            """
        );
        Assert.Equal(("m-1", "How?", "So.", "So."), (answer.Id, answer.Request, answer.FullText, answer.Text));
        Assert.Equal(("a-1", "Anna", "u-1", "de"), (answer.AvatarId, answer.AvatarName, answer.UserId, answer.LanguageCode));
        Assert.Equal(ChatType.Video, answer.ChatType);
        Assert.Equal("https://media.example/x.mp4?sig=1%2B2", answer.FileUrl?.OriginalString);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820801000), answer.Date);
        Assert.True(answer.Audio.IsEmpty);
        Assert.Null(answer.AdditionalProperties);
        Assert.Null(answer.Transcript);
        Assert.False(answer.IsRecovered || answer.IsFollowUp);
    }

    [Fact]
    public void Events_and_system_messages_keep_the_message_as_it_came()
    {
        string json = """{"type":"event","content":"e","fileUrl":"https://media.example/e.mp3","_id":"e-1","date":1737820801,"extra":1}""";
        ServerEvent e = Frames.Decode<ServerEvent>(json);
        Assert.Equal((json, "e", "e-1"), (e.RawJson, e.Text, e.Id));
        Assert.Equal("https://media.example/e.mp3", e.FileUrl?.OriginalString);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1737820801), e.Date);
        Assert.Equal(json.Replace("event", "system"), Frames.Decode<SystemEvent>(json.Replace("event", "system")).RawJson);
        Assert.Equal(json.Replace("event", "connection"), Frames.Decode<ConnectionEvent>(json.Replace("event", "connection")).RawJson);
    }

    [Fact]
    public void A_kind_that_is_new_surfaces_with_its_raw_text()
    {
        string json = """{"type":"weather","_id":"w","timestamp":"2026-01-05T10:00:00Z","sunny":true}""";
        UnknownEvent unknown = Frames.Decode<UnknownEvent>(json);
        Assert.Equal((json, "w", (long)json.Length), (unknown.RawJson, unknown.Id, unknown.Length));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), unknown.Date);
        Assert.NotEmpty(unknown.Problem);
    }

    [Theory]
    [InlineData("""{"fileUrl":"https://media.example/x.mp4"}""")]
    [InlineData("""{"file_base64_data":"AAAA"}""")]
    [InlineData("""{"type":"incoming","audio_base64":"AAAA"}""")]
    [InlineData("""{"type":"incoming","answer":""}""")]
    public void A_file_or_audio_without_text_is_an_answer_too(string json) => Assert.Equal("", Frames.Answer(json).Text);

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"type":"incoming"}""")]
    [InlineData("""{"request":"q","_id":"1"}""")]
    [InlineData("""{"answer":null,"content":[],"fileUrl":"javascript:alert(1)","audio_base64":"?"}""")]
    public void What_says_nothing_is_no_answer(string json) => Assert.Equal(json, Frames.Decode<UnknownEvent>(json).RawJson);

    [Theory]
    [InlineData("\"2026-01-05T10:00:00Z\"", "1737820801000", "2026-01-05T10:00:00Z")]
    [InlineData("\"2026-01-05T12:00:00+02:00\"", "1", "2026-01-05T10:00:00Z")]
    [InlineData("\"2026-01-05T10:00:00\"", "1", "2026-01-05T10:00:00Z")]
    [InlineData("null", "1737820801000", "2025-01-25T16:00:01Z")]
    [InlineData("\"yesterday\"", "1737820801", "2025-01-25T16:00:01Z")]
    [InlineData("[]", "\"1737820801\"", "2025-01-25T16:00:01Z")]
    [InlineData("null", "99999999999", "5138-11-16T09:46:39Z")]
    [InlineData("null", "100000000000", "1973-03-03T09:46:40Z")]
    [InlineData("null", "1e400", null)]
    [InlineData("null", "9e18", null)]
    [InlineData("null", "true", null)]
    public void Timestamp_is_before_date_and_small_dates_are_seconds(string timestamp, string date, string? expected)
    {
        DateTimeOffset? wanted = expected is null
            ? null
            : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(wanted, Frames.Decode($$"""{"answer":"a","timestamp":{{timestamp}},"date":{{date}}}""").Date);
        Assert.Equal(wanted, Frames.Decode($$"""{"type":"system","date":{{date}},"timestamp":{{timestamp}}}""").Date);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("[\"x\"]", null)]
    [InlineData("{\"x\":{\"y\":[]}}", null)]
    [InlineData("5.0", "5.0")]
    [InlineData("true", "true")]
    public void A_member_of_another_type_is_its_plain_text_or_nothing(string value, string? expected)
    {
        ChatAnswer answer = Frames.Answer(
            $$"""
            {"answer":"a","_id":{{value}},"request":{{value}},"avatar_id":{{value}},"avatar_name":{{value}},"user_id":{{value}},
             "chat_type":{{value}},"language_code":{{value}},"fileUrl":{{value}},"file_base64_data":{{value}},"audio_base64":{{value}},"after":1}
            """
        );
        Assert.Equal((expected, expected, expected), (answer.Id, answer.Request, answer.AvatarId));
        Assert.Equal((expected, expected, expected), (answer.AvatarName, answer.UserId, answer.LanguageCode));
        Assert.Equal(expected, answer.ChatType?.Value);
        Assert.Null(answer.FileUrl);
        Assert.True(answer.Audio.IsEmpty);
        Assert.Equal(["after"], answer.AdditionalProperties!.Keys);
    }

    [Fact]
    public void Empty_ids_are_none()
    {
        ChatAnswer answer = Frames.Answer("""{"answer":"a","_id":"","avatar_id":"","chat_type":""}""");
        Assert.Equal((null, null, null), (answer.Id, answer.AvatarId, answer.ChatType));
    }

    [Fact]
    public void Members_that_are_new_survive()
    {
        ChatAnswer answer = Frames.Answer("""{"answer":"a","mood":"happy","nested":{"k":[1,{"z":null}]},"n\u0061me":1.50,"_ID":"x"}""");
        IReadOnlyDictionary<string, JsonElement> more = answer.AdditionalProperties!;
        Assert.Equal(["mood", "nested", "name", "_ID"], more.Keys);
        Assert.Equal("happy", more["mood"].GetString());
        Assert.Equal("""{"k":[1,{"z":null}]}""", more["nested"].GetRawText());
        Assert.Equal("1.50", more["name"].GetRawText());
        Assert.Null(answer.Id);
    }

    [Fact]
    public void Names_may_be_escaped()
    {
        Assert.Equal("x", Frames.Answer("""{"\u0061nswer":"x","chat_typ\u0065":"voice"}""").FullText);
    }

    [Theory]
    [InlineData("_id")]
    [InlineData("date")]
    [InlineData("type")]
    [InlineData("answer")]
    [InlineData("request")]
    [InlineData("content")]
    [InlineData("message")]
    [InlineData("fileUrl")]
    [InlineData("user_id")]
    [InlineData("avatar_id")]
    [InlineData("direction")]
    [InlineData("chat_type")]
    [InlineData("timestamp")]
    [InlineData("avatar_name")]
    [InlineData("audio_base64")]
    [InlineData("language_code")]
    [InlineData("file_base64_data")]
    public void A_name_is_known_escaped_or_not_and_no_other_of_its_length(string name)
    {
        Assert.Null(Additional(name));
        Assert.Null(Additional($"\\u{(int)name[0]:x4}{name[1..]}"));
        string other = name[..^1] + "~";
        Assert.Equal([other], Additional(other)!.Keys);
        Assert.Equal([other], Additional($"\\u{(int)name[0]:x4}{other[1..]}")!.Keys);
    }

    private static IReadOnlyDictionary<string, JsonElement>? Additional(string name) =>
        Frames.Answer($$"""{"answer":"a","{{name}}":null}""").AdditionalProperties;

    private static ChatEvent Kind(string member, string kind) => Frames.Decode($$"""{"{{member}}":"{{kind}}","answer":"a"}""");
}
