using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ChatEncoderTests
{
    // Encodes to Base64 with '+' and '/' in it.
    private static readonly byte[] WebM = [0x1A, 0x45, 0xDF, 0xA3, 0xFB, 0xFF, 0xFE, 0x3E];

    private string? _session = "session-1";

    private ChatEncoder Encoder =>
        new(
            new ChatIdentity
            {
                UserId = "user-1",
                AvatarId = "avatar-1",
                Language = "en",
                Source = "my-app",
                Session = () => _session,
            }
        );

    [Fact]
    public void A_text()
    {
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"text","language":"en","requestType":"text","source":"my-app","isLive":false,"session":"session-1","request":"Hello?"}""",
            Encoder.Text("Hello?")
        );
    }

    [Fact]
    public void A_text_in_live_mode()
    {
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"text","language":"en","requestType":"text","source":"my-app","isLive":true,"session":"session-1","LicenseId":"licence-1","request":"Hello?"}""",
            Encoder.Text("Hello?", "licence-1")
        );
    }

    [Fact]
    public void A_voice_blob()
    {
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"voice","language":"en","requestType":"audio","source":"my-app","isLive":false,"session":"session-1","file_base64_data":"GkXfo/v//j4="}""",
            Encoder.Voice(new VoiceClip(WebM))
        );
    }

    [Fact]
    public void A_voice_blob_of_push_to_talk()
    {
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"voice","language":"en","requestType":"audio","source":"my-app","isLive":false,"session":"session-1","isPushToTalk":true,"file_base64_data":"GkXfo/v//j4="}""",
            Encoder.Voice(new VoiceClip(WebM, isPushToTalk: true))
        );
    }

    [Fact]
    public void A_voice_blob_in_live_mode()
    {
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"voice","language":"en","requestType":"audio","source":"my-app","isLive":true,"session":"session-1","LicenseId":"licence-1","file_base64_data":"GkXfo/v//j4="}""",
            Encoder.Voice(new VoiceClip(WebM), "licence-1")
        );
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"voice","language":"en","requestType":"audio","source":"my-app","isLive":true,"session":"session-1","LicenseId":"licence-1","isPushToTalk":true,"file_base64_data":"GkXfo/v//j4="}""",
            Encoder.Voice(new VoiceClip(WebM, isPushToTalk: true), "licence-1")
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_session_the_member_is_left_out(string? session)
    {
        _session = session;
        Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"text","language":"en","requestType":"text","source":"my-app","isLive":false,"request":"x"}""",
            Encoder.Text("x")
        );
    }

    [Fact]
    public void Each_message_carries_the_session_of_its_moment()
    {
        ChatEncoder encoder = Encoder;
        _session = null;
        Assert.False(Parse(encoder.Text("x")).TryGetProperty("session", out JsonElement _));
        _session = "session-2";
        Assert.Equal("session-2", Parse(encoder.Text("x")).GetProperty("session").GetString());
        _session = "session-3";
        Assert.Equal("session-3", Parse(encoder.Voice(new VoiceClip(WebM))).GetProperty("session").GetString());
    }

    [Fact]
    public void Live_audio_has_one_template_until_session_or_license_change()
    {
        ChatEncoder encoder = Encoder;
        _session = "session-2";
        PcmTemplate first = encoder.PcmFor("license-1");
        Assert.Same(first, encoder.PcmFor("license-1"));
        Assert.Same(first, encoder.PcmFor(new string("license-1".AsSpan())));
        PcmTemplate second = encoder.PcmFor("license-2");
        Assert.Equal(("license-2", "session-2"), Sent(second));
        _session = "session-3";
        PcmTemplate third = encoder.PcmFor("license-2");
        Assert.Equal(("license-2", "session-3"), Sent(third));
        Assert.Throws<ArgumentException>("message", () => third.Write(new byte[10], new byte[third.LengthFor(0)]));

        static (string?, string?) Sent(PcmTemplate template)
        {
            byte[] message = new byte[template.LengthFor(3)];
            template.Write([1, 2, 3], message);
            JsonElement sent = Parse(message);
            return (sent.GetProperty("LicenseId").GetString(), sent.GetProperty("session").GetString());
        }
    }

    [Fact]
    public void Base64_is_written_as_it_is()
    {
        byte[] all = [.. WebM, .. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];
        string json = Encoding.UTF8.GetString(Encoder.Voice(new VoiceClip(all)));
        Assert.Contains($"\"{Convert.ToBase64String(all)}\"", json);
        Assert.Contains('+', json);
        Assert.DoesNotContain('\\', json);
    }

    [Fact]
    public void Texts_are_not_escaped_more_than_json_asks_for()
    {
        Assert.EndsWith(
            "\"request\":\"1 + 1 < 3 & 'Gr\u00FC\u00DFe' \u4F60\u597D\"}",
            Encoding.UTF8.GetString(Encoder.Text("1 + 1 < 3 & 'Gr\u00FC\u00DFe' \u4F60\u597D"))
        );
    }

    [Theory]
    [InlineData("a\u0000b\u001F\u007F")]
    [InlineData("\"quotes\" and \\ and / and 'these'")]
    [InlineData("😀👩‍👩‍👧 émoji e\u0301")]
    [InlineData("<b>&amp;</b> \u2028\u2029")]
    [InlineData("line\r\nline\tend")]
    [InlineData("")]
    public void Every_text_arrives_as_it_was(string text)
    {
        Assert.Equal(text, Parse(Encoder.Text(text)).GetProperty("request").GetString());
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character()
    {
        // Not as attributes: their strings are UTF-8, which has no such halves.
        (string Text, string Sent)[] cases =
        [
            ("a\uD800b", "a\uFFFDb"),
            ("a\uDC00", "a\uFFFD"),
            ("\uD83D\uD83D\uDE00\uDE00", "\uFFFD😀\uFFFD"),
            ("\uD83D", "\uFFFD"),
        ];
        foreach ((string text, string sent) in cases)
        {
            Assert.Equal(sent, Parse(Encoder.Text(text)).GetProperty("request").GetString());
            Assert.Equal(OutgoingMessage.Normalise(sent), OutgoingMessage.Normalise(text));
        }
    }

    [Fact]
    public void Any_string_is_sent_and_recognised_when_it_is_repeated()
    {
        // FsCheck's characters include halves of surrogate pairs and all controls.
        Gen<string> texts =
            from units in Gen.OneOf(
                    ArbMap.Default.GeneratorFor<char>(),
                    Gen.Choose(0xD7F0, 0xE00F).Select(i => (char)i),
                    Gen.Choose(0, 0x7F).Select(i => (char)i)
                )
                .ArrayOf()
            select new string(units);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(
                texts.ToArbitrary(),
                text =>
                {
                    JsonElement message = Parse(Encoder.Text(text));
                    string repeated = message.GetProperty("request").GetString()!;
                    Assert.Equal(Repaired(text), repeated);
                    OutgoingMessage question = new([], text, wantsAnswer: false, TimeSpan.Zero);
                    Assert.Equal(question.Text, OutgoingMessage.Normalise(repeated));
                    Assert.DoesNotContain(message.EnumerateObject(), m => m.Value.ValueKind == JsonValueKind.Null);
                }
            )
        );
    }

    private static string Repaired(string text)
    {
        StringBuilder repaired = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            repaired.Append(rune);
        }
        return repaired.ToString();
    }

    private static void Equal(string expected, byte[] message) => Assert.Equal(expected, Encoding.UTF8.GetString(message));

    private static JsonElement Parse(byte[] message) => JsonDocument.Parse(message).RootElement;
}
