using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ChatDecoderBadInputTests
{
    private static readonly JsonSerializerOptions Escaping = new();
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("hello")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("5")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("[{\"answer\":\"a\"}]")]
    [InlineData("{")]
    [InlineData("{\"answer\"")]
    [InlineData("{\"answer\":")]
    [InlineData("{\"answer\":\"a")]
    [InlineData("{\"answer\":\"a\"")]
    [InlineData("{\"answer\":\"a\",}")]
    [InlineData("{\"answer\":\"a\"}}")]
    [InlineData("{\"answer\":\"a\"} x")]
    [InlineData("{\"answer\":\"a\"}{\"answer\":\"b\"}")]
    [InlineData("{\"answer\":'a'}")]
    [InlineData("{\"answer\":\"a\\x\"}")]
    [InlineData("{\"answer\":\"a\nb\"}")]
    [InlineData("{answer:\"a\"}")]
    [InlineData("/* c */{\"answer\":\"a\"}")]
    [InlineData("{\"answer\":\"a\",\"n\":01}")]
    [InlineData("{\"answer\":\"a\",\"n\":NaN}")]
    [InlineData("<html>502 Bad Gateway</html>")]
    public void What_is_no_json_object_surfaces_as_it_came(string message)
    {
        UnknownEvent unknown = Frames.Decode<UnknownEvent>(message);
        Assert.Equal(message, unknown.RawJson);
        Assert.Equal(Encoding.UTF8.GetByteCount(message), unknown.Length);
        Assert.NotEmpty(unknown.Problem);
    }

    [Fact]
    public void White_space_around_an_object_is_json()
    {
        Assert.Equal("a", Frames.Answer(" \r\n\t{ \"answer\" : \"a\" }\n ").Text);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm()
    {
        Assert.Equal("a", Assert.IsType<ChatAnswer>(Frames.Decode([0xEF, 0xBB, 0xBF, .. """{"answer":"a"}"""u8])).Text);
        Assert.IsType<UnknownEvent>(Frames.Decode([0xEF, 0xBB, 0xBF]));
    }

    [Fact]
    public void Invalid_utf8_in_a_text_becomes_replacement_characters()
    {
        ChatAnswer answer = Assert.IsType<ChatAnswer>(
            Frames.Decode([.. "{\"answer\":\"a"u8, 0xFF, 0xC3, .. "b\",\"request\":\"\\ud83d\",\"x"u8, 0xFE, .. "\":1}"u8])
        );
        Assert.Equal("a\uFFFD\uFFFDb", answer.Text);
        Assert.Equal("\uFFFD", answer.Request);
        Assert.Equal(["x\uFFFD"], answer.AdditionalProperties!.Keys);
    }

    [Theory]
    [InlineData("{\"answer\":\"a\",\"x\":", "[", 10_000)]
    [InlineData("", "[", 10_000)]
    [InlineData("", "{\"x\":", 10_000)]
    [InlineData("{\"request\":", "[", 10_000)]
    [InlineData("{\"audio_base64\":", "{\"y\":", 10_000)]
    public void Deep_nesting_is_not_followed(string before, string open, int depth)
    {
        string message = before + string.Concat(Enumerable.Repeat(open, depth));
        Assert.StartsWith(before + open, Frames.Decode<UnknownEvent>(message).RawJson);
    }

    [Fact]
    public void Of_members_that_come_twice_one_counts()
    {
        Assert.Equal("b", Frames.Answer("""{"answer":"a","answer":"b"}""").Text);
        Assert.Equal("a", Frames.Answer("""{"answer":"a","answer":null}""").Text);
        Assert.IsType<SystemEvent>(Frames.Decode("""{"type":"incoming","type":"system","answer":"a"}"""));
        Assert.Equal(2, Frames.Answer("""{"answer":"a","x":1,"x":2}""").AdditionalProperties!["x"].GetInt32());
    }

    [Fact]
    public void Numbers_of_any_size_are_read()
    {
        string digits = new('9', 5000);
        ChatAnswer answer = Frames.Answer($$"""{"answer":{{digits}},"date":{{digits}},"timestamp":-{{digits}}e{{digits}},"x":1e99999}""");
        Assert.Equal(digits, answer.Text);
        Assert.Null(answer.Date);
        Assert.Equal("1e99999", answer.AdditionalProperties!["x"].GetRawText());
    }

    [Fact]
    public void The_raw_text_that_is_kept_has_a_limit()
    {
        string json = $$"""{"type":"system","content":"{{new string('ü', 100_000)}}"}""";
        SystemEvent system = Frames.Decode<SystemEvent>(json);
        Assert.Equal(100_000, system.Text.Length);
        Assert.InRange(Encoding.UTF8.GetByteCount(system.RawJson), 65_000, 65_540);
        Assert.StartsWith(system.RawJson.TrimEnd('\uFFFD'), json);
        UnknownEvent unknown = Frames.Decode<UnknownEvent>(new string('x', 70_000));
        Assert.Equal((65_536, 70_000L), (unknown.RawJson.Length, unknown.Length));
    }

    [Fact]
    public void An_event_weighs_about_what_it_keeps_alive()
    {
        Assert.True(Frames.Decode(new string('x', 70_000)).Weight >= 2 * 65_536);
        Assert.True(Frames.Decode($$"""{"type":"system","content":"{{new string('x', 1000)}}"}""").Weight >= 4000);
        Assert.True(Frames.Decode($$"""{"type":"event","content":"{{new string('x', 1000)}}"}""").Weight >= 4000);
        Assert.True(Frames.Decode($$"""{"type":"connection","message":"{{new string('x', 1000)}}"}""").Weight >= 4000);
        Assert.True(
            Frames.Decode($$"""{"answer":"{{new string('x', 1000)}}","audio_base64":"{{new string('A', 4000)}}"}""").Weight >= 5000
        );
    }

    [Fact]
    public void No_bytes_at_all_make_it_throw()
    {
        Gen<byte[]> bytes = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            from frame in Gen.Elements<string>(Frames.Valid)
            from seed in Gen.Choose(0, int.MaxValue)
            select FrameMutator.Mutate(Frames.Utf8(frame), Frames.Utf8(frame), new System.Random(seed)),
            from parts in Gen.Elements(
                    "{",
                    "}",
                    "[",
                    "]",
                    ":",
                    ",",
                    "\"answer\"",
                    "\"type\"",
                    "\"\\ud800\"",
                    "1e999",
                    "null",
                    "\"audio_base64\""
                )
                .ListOf()
            select Frames.Utf8(string.Concat(parts))
        );
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(bytes.ToArbitrary(), b => Frames.Decode(b) is not null));
    }

    [Fact]
    public void Every_valid_answer_comes_out_as_it_went_in()
    {
        Gen<string> text = ArbMap.Default.GeneratorFor<UnicodeString>().Select(s => Repaired(s.Get ?? ""));
        Gen<Sent> sent =
            from answer in text
            from request in text
            from id in text.Where(t => t.Length > 0)
            from name in text
            from date in Gen.Choose(0, int.MaxValue)
            from audio in ArbMap.Default.GeneratorFor<byte[]>()
            from relaxed in Gen.Elements(true, false)
            select new Sent(answer, request, id, name, date + 200_000_000_000L, audio, relaxed);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(sent.ToArbitrary(), ComesOut));
    }

    private static void ComesOut(Sent sent)
    {
        Dictionary<string, object> members = new()
        {
            ["_id"] = sent.Id,
            ["answer"] = sent.Answer,
            ["request"] = sent.Request,
            ["avatar_name"] = sent.Name,
            ["date"] = sent.Date,
            ["file_base64_data"] = Convert.ToBase64String(sent.Audio),
            ["more"] = sent.Name,
        };
        ChatAnswer read = Assert.IsType<ChatAnswer>(
            Frames.Decode(JsonSerializer.SerializeToUtf8Bytes(members, sent.Relaxed ? Relaxed : Escaping))
        );
        Assert.Equal((sent.Id, sent.Answer, sent.Request, sent.Name), (read.Id, read.FullText, read.Request, read.AvatarName));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(sent.Date), read.Date);
        Assert.Equal(sent.Audio, read.Audio.ToArray());
        Assert.Equal(sent.Name, read.AdditionalProperties!["more"].GetString());
    }

    /// <summary>FsCheck's "Unicode" holds halves of surrogate pairs, which no JSON writer lets through.</summary>
    private static string Repaired(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private sealed record Sent(string Answer, string Request, string Id, string Name, long Date, byte[] Audio, bool Relaxed);
}
