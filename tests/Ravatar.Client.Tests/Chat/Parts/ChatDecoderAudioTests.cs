using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ChatDecoderAudioTests
{
    [Theory]
    [InlineData("SGVsbG8=", "Hello", null)]
    [InlineData("SGVsbG8", "Hello", null)]
    [InlineData("SGVsbA", "Hell", null)]
    [InlineData("SGVsbA==", "Hell", null)]
    [InlineData("SGVs", "Hel", null)]
    [InlineData("SA", "H", null)]
    [InlineData("data:audio/mpeg;base64,SGVsbG8=", "Hello", "audio/mpeg")]
    [InlineData("data:audio/webm;codecs=opus;base64,SGVsbG8", "Hello", "audio/webm")]
    [InlineData("data:;base64,SGVsbG8=", "Hello", null)]
    [InlineData("data:audio\\/wav;base64,SGVsbG8=", "Hello", "audio/wav")]
    [InlineData("Pz8\\/Pz8\\u002b", "?????\u003e", null)]
    [InlineData("SGVs\\nbG8=\\r\\n", "Hello", null)]
    [InlineData("data:audio/wav;base64,SGVs\\r\\nbG8", "Hello", "audio/wav")]
    public void Audio_is_raw_or_a_data_address_padded_or_not_escaped_or_not_in_one_line_or_more(
        string value,
        string audio,
        string? mediaType
    )
    {
        foreach (string member in new[] { "file_base64_data", "audio_base64" })
        {
            ChatAnswer answer = Frames.Answer($$"""{"{{member}}":"{{value}}"}""");
            Assert.Equal(Frames.Utf8(audio), answer.Audio.ToArray());
            Assert.Equal(mediaType, answer.AudioMediaType);
            Assert.Null(answer.AdditionalProperties);
        }
    }

    [Fact]
    public void File_data_is_before_audio_in_any_order()
    {
        string expected = "file";
        string file = Convert.ToBase64String(Frames.Utf8(expected));
        Assert.Equal(Frames.Utf8(expected), Frames.Answer($$"""{"audio_base64":"QUFB","file_base64_data":"{{file}}"}""").Audio.ToArray());
        Assert.Equal(Frames.Utf8(expected), Frames.Answer($$"""{"file_base64_data":"{{file}}","audio_base64":"QUFB"}""").Audio.ToArray());
        Assert.Equal(Frames.Utf8("AAA"), Frames.Answer("""{"file_base64_data":"not base64!","audio_base64":"QUFB"}""").Audio.ToArray());
    }

    [Theory]
    [InlineData("hello world!")]
    [InlineData("AAAAA")]
    [InlineData("A")]
    [InlineData("====")]
    [InlineData("AA=A")]
    [InlineData("AA==AA==")]
    [InlineData("AA==AA")]
    [InlineData("data:audio/mpeg;base64,")]
    [InlineData("data:audio/mpeg;base64")]
    [InlineData("data:audio/mpeg;base64,*")]
    [InlineData("Pz8-Pz8_")]
    [InlineData("\\ud800")]
    [InlineData("\\ud800AAA")]
    public void What_is_no_base64_is_no_audio_but_is_not_lost(string value)
    {
        foreach (string member in new[] { "file_base64_data", "audio_base64" })
        {
            ChatAnswer answer = Frames.Answer($$"""{"{{member}}":"{{value}}","answer":"a"}""");
            Assert.True(answer.Audio.IsEmpty);
            Assert.Null(answer.AudioMediaType);
            JsonElement kept = Assert.Contains(member, answer.AdditionalProperties!);
            Assert.Equal($"\"{value}\"", kept.GetRawText());
        }
    }

    [Fact]
    public void An_empty_string_is_no_audio()
    {
        ChatAnswer answer = Frames.Answer("""{"answer":"a","file_base64_data":"","audio_base64":null}""");
        Assert.True(answer.Audio.IsEmpty);
        Assert.Null(answer.AdditionalProperties);
    }

    [Fact]
    public void Every_audio_survives_every_way_of_writing_it()
    {
        Gen<(byte[] Data, int Form)> audio =
            from data in ArbMap.Default.GeneratorFor<byte[]>()
            from form in Gen.Choose(0, 15)
            where data.Length > 0
            select (data, form);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(audio.ToArbitrary(), a => Survives(a.Data, a.Form)));
    }

    private static bool Survives(byte[] data, int form)
    {
        string text = Convert.ToBase64String(
            data,
            (form & 8) == 0 ? Base64FormattingOptions.None : Base64FormattingOptions.InsertLineBreaks
        );
        text = (form & 1) == 0 ? text : text.TrimEnd('=');
        text = (form & 2) == 0 ? text : "data:audio/webm;codecs=opus;base64," + text;
        text = text.Replace("\r\n", "\\r\\n");
        text = (form & 4) == 0 ? text : text.Replace("/", "\\/");
        return Frames.Answer($$"""{"audio_base64":"{{text}}"}""").Audio.Span.SequenceEqual(data);
    }
}
