using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What is wrong with a WAV, in words; and what is just right.</summary>
public sealed class WavErrorTests
{
    private static readonly byte[] s_riff = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8];
    private static readonly byte[] s_data = Chunk("data", [0, 0]);

    public static TheoryData<string, byte[], string> Broken =>
        new()
        {
            { "recorder_error", [], "It is empty." },
            { "recorder_error", s_riff.AsSpan(0, 11).ToArray(), "It ends inside its header." },
            { "recorder_error", [.. "RIFF"u8, 0, 0, 0, 0, .. "AVI "u8], "does not begin with RIFF…WAVE" },
            { "recorder_error", [.. "FORM"u8, 0, 0, 0, 0, .. "WAVE"u8], "does not begin with RIFF…WAVE" },
            { "invalid_media_constraints", [.. "RIFX"u8, 0, 0, 0, 0, .. "WAVE"u8], "RF64 or big-endian RIFX" },
            { "recorder_error", s_riff, "before its 'fmt ' chunk" },
            { "recorder_error", [.. s_riff, .. Format()], "before its 'data' chunk" },
            { "recorder_error", [.. s_riff, .. s_data], "'data' chunk comes before its 'fmt ' chunk" },
            { "recorder_error", [.. s_riff, .. Chunk("LIST", [1, 2]).AsSpan(0, 9)], "It ends inside its header." },
            { "recorder_error", [.. s_riff, .. "LIST"u8, 0, 0, 0, 2], "more than 16 MiB before its audio" },
            { "recorder_error", [.. s_riff, .. Chunk("fmt ", new byte[14])], "'fmt ' chunk is too short" },
            { "recorder_error", [.. s_riff, .. Format().AsSpan(0, 20)], "'fmt ' chunk is too short" },
            { "recorder_error", [.. s_riff, .. Format(tag: 0xFFFE), .. s_data], "extensible 'fmt ' chunk is too short" },
            { "recorder_error", [.. s_riff, .. Format(block: 3), .. s_data], "block size is 3, its format needs 2" },
            { "invalid_media_constraints", [.. s_riff, .. Format(tag: 6), .. s_data], "format tag is 6 with 16 bits" },
            { "invalid_media_constraints", [.. s_riff, .. Format(rate: 7_999), .. s_data], "1 channels at 7999 Hz" },
            { "invalid_media_constraints", [.. s_riff, .. Format(rate: 192_001), .. s_data], "1 channels at 192001 Hz" },
            { "invalid_media_constraints", [.. s_riff, .. Format(channels: 33), .. s_data], "33 channels at 16000 Hz" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task What_is_wrong_is_said_with_what_to_give(string code, byte[] file, string words)
    {
        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => WavAudioSource.OpenAsync(new MemoryStream(file)));

        Assert.Equal(code, e.Code.Value);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Contains(
            code == "recorder_error" ? "written to its end" : "8 to 192 kHz, up to 32 channels",
            e.Recommendation,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(192_000, 32)]
    public async Task What_is_just_within_the_limits_is_opened(int rate, int channels)
    {
        byte[] file = [.. s_riff, .. Format(rate: rate, channels: channels, block: 2 * channels), .. Chunk("data", new byte[64])];
        await using WavAudioSource source = await WavAudioSource.OpenAsync(new MemoryStream(file));

        Assert.Equal(new AudioFormat(rate, channels, AudioEncoding.Int16), source.Format);
        Assert.Equal(source.Format.DurationOf(64), source.Duration);
    }

    [Fact]
    public async Task What_is_16_MiB_in_front_of_the_audio_is_skipped()
    {
        // The chunks' own headers count as well: fmt and LIST.
        var list = new byte[(16 * 1024 * 1024) - 24 - 8];
        byte[] file = [.. s_riff, .. Format(), .. Chunk("LIST", list), .. s_data];
        await using WavAudioSource source = await WavAudioSource.OpenAsync(new MemoryStream(file));

        Assert.Equal(AudioFormat.Voice, source.Format);
        byte[] more = [.. s_riff, .. Format(), .. Chunk("LIST", [.. list, 0, 0]), .. s_data];
        await Assert.ThrowsAsync<RavatarAudioException>(() => WavAudioSource.OpenAsync(new MemoryStream(more)));
    }

    [Fact]
    public async Task Who_has_given_up_already_opens_and_saves_nothing()
    {
        var given = new CancellationToken(canceled: true);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WavAudioSource.OpenAsync(path, given));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WavRecording.FromPcm([1, 2]).SaveAsync(path, given));
        Assert.False(File.Exists(path));
        await Assert.ThrowsAsync<ArgumentException>("path", () => WavAudioSource.OpenAsync(" ", CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentNullException>("stream", () => WavAudioSource.OpenAsync((Stream)null!));
    }

    [Fact]
    public void An_encoder_says_what_it_cannot_do()
    {
        foreach (int bytes in (int[])[-1, int.MaxValue - 107])
        {
            ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>("expectedBytes", () => new WavEncoder(bytes));
            Assert.Contains("0 to 2 GiB", e.Message, StringComparison.Ordinal);
        }
        var readOnly = new MemoryStream([1], writable: false);
        ArgumentException stream = Assert.Throws<ArgumentException>("stream", () => new WavEncoder(readOnly));
        Assert.Contains("writable and seekable", stream.Message, StringComparison.Ordinal);

        var encoder = new WavEncoder(0);
        WavRecording empty = encoder.ToRecording();
        Assert.Equal(44, empty.Data.Length);
        Assert.False(empty.IsPushToTalk);
        Assert.Contains(
            "new encoder",
            Assert.Throws<InvalidOperationException>(() => encoder.Write([1])).Message,
            StringComparison.Ordinal
        );
        var streaming = new WavEncoder(new MemoryStream());
        Assert.Contains(
            "made without a stream",
            Assert.Throws<InvalidOperationException>(() => streaming.ToRecording()).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_header_holds_a_float_format_and_the_longest_file()
    {
        var header = new byte[44];
        WavHeader.Write(header, new AudioFormat(48_000, 2, AudioEncoding.Float32), WavHeader.MaxDataBytes);

        Assert.Equal(3, header[20]);
        Assert.Equal(WavHeader.MaxDataBytes, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(40)));
        Assert.Equal(uint.MaxValue - 1, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)));
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(
            "dataBytes",
            () => WavHeader.Write(header, AudioFormat.Voice, WavHeader.MaxDataBytes + 1)
        );
        Assert.Contains("Split the recording", e.Message, StringComparison.Ordinal);
        WavHeader.Write(header, AudioFormat.Voice, 3);
        Assert.Equal(36 + 3 + 1, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)));
    }

    private static byte[] Format(int tag = 1, int channels = 1, int rate = 16_000, int block = 2)
    {
        var body = new byte[16];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)tag);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(2), (ushort)channels);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), rate);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), rate * block);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(12), (ushort)block);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(14), 16);
        return Chunk("fmt ", body);
    }

    private static byte[] Chunk(string name, byte[] content)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, content.Length);
        return [.. Encoding.ASCII.GetBytes(name), .. size, .. content];
    }
}
