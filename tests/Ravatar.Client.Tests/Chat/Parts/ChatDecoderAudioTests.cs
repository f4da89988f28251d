using System.Buffers;
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
    [InlineData("S GVs bG8= ", "Hello", null)]
    [InlineData("data:audio/wav;base64,SG Vs bA", "Hell", "audio/wav")]
    [InlineData("\\u0053\\u0047\\u0056\\u0073\\tbG8\\u003D", "Hello", null)]
    [InlineData("data:audio\\/wav\\u002CSGVs", "Hel", "audio/wav")]
    [InlineData("\\u0064ata:audio/b\\u00F6se;base64,SGVsbG8=", "Hello", "audio/b?se")]
    [InlineData("\\u0053A=", "H", null)]
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
    [InlineData("AA\\u00F6A")]
    [InlineData("AA\\\\A")]
    [InlineData("AA\\bA")]
    [InlineData("\\n")]
    [InlineData(" ")]
    [InlineData("\\u003D")]
    [InlineData("=\\u003D")]
    [InlineData("==\\u003D")]
    [InlineData("===\\u003D")]
    [InlineData("A\\u003D")]
    [InlineData("A\\u0041A=AA")]
    [InlineData("A\\u0041A=A===")]
    [InlineData("A\\u0041AAA")]
    [InlineData("AA== AA==")]
    [InlineData("data:audio\\/mpeg;base64")]
    [InlineData("data:audio\\/mpeg;base64,")]
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
            from form in Gen.Choose(0, 31)
            where data.Length > 0
            select (data, form);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(audio.ToArbitrary(), a => Survives(a.Data, a.Form)));
    }

    [Theory]
    [InlineData(3070)]
    [InlineData(3071)]
    [InlineData(3072)]
    [InlineData(3073)]
    [InlineData(6144)]
    [InlineData(100_000)]
    public void Long_audio_survives_every_way_of_writing_it(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        Assert.All(Enumerable.Range(0, 32), form => Assert.True(Survives(data, form)));
    }

    [Theory]
    [InlineData("\\/AAA")]
    [InlineData("\\r\\n")]
    [InlineData(" ")]
    public void No_copy_of_long_audio_is_left_in_the_pool(string inside)
    {
        byte[] data = new byte[2_500_000];
        string text = Convert.ToBase64String(data);
        byte[] json = Frames.Utf8($$"""{"audio_base64":"{{text[..^4]}}{{inside}}{{text[^4..]}}"}""");
        // The shared pool hands a thread first what the same thread gave back last.
        byte[] pooled = ArrayPool<byte>.Shared.Rent(json.Length);
        Array.Clear(pooled);
        ArrayPool<byte>.Shared.Return(pooled);
        ChatAnswer answer = Assert.IsType<ChatAnswer>(Frames.Decode(json));
        pooled = ArrayPool<byte>.Shared.Rent(json.Length);
        Assert.Equal(-1, pooled.AsSpan().IndexOf((byte)'A'));
        ArrayPool<byte>.Shared.Return(pooled);
        Assert.InRange(answer.Audio.Length, data.Length, data.Length + 3);
    }

    [Theory]
    [InlineData(OperationStatus.Done, true, 8, true)]
    [InlineData(OperationStatus.Done, false, 8, true)]
    [InlineData(OperationStatus.NeedMoreData, false, 8, true)] // so .NET Framework and Mono after whole groups
    [InlineData(OperationStatus.NeedMoreData, false, 4, false)]
    [InlineData(OperationStatus.NeedMoreData, true, 8, false)]
    [InlineData(OperationStatus.InvalidData, false, 8, false)]
    [InlineData(OperationStatus.DestinationTooSmall, false, 8, false)]
    public void A_piece_is_decoded_when_all_of_it_was_read_whatever_older_runtimes_call_it(
        OperationStatus status,
        bool isLast,
        int read,
        bool expected
    ) => Assert.Equal(expected, Base64Audio.IsDecoded(status, isLast, read, length: 8));

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
        text = (form & 16) == 0 ? text : text.Replace("+", "\\u002B");
        return Frames.Answer($$"""{"audio_base64":"{{text}}"}""").Audio.Span.SequenceEqual(data);
    }
}
