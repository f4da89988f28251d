using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class WavTests
{
    private static readonly byte[] s_subFormatRest = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    [Theory]
    [InlineData(1, 8, AudioEncoding.UInt8)]
    [InlineData(1, 16, AudioEncoding.Int16)]
    [InlineData(1, 24, AudioEncoding.Int24)]
    [InlineData(1, 32, AudioEncoding.Int32)]
    [InlineData(3, 32, AudioEncoding.Float32)]
    public async Task Plain_and_extensible_headers_are_read(int tag, int bits, AudioEncoding encoding)
    {
        byte[] audio = [.. Enumerable.Range(0, 240).Select(i => (byte)i)];
        byte[] list = [.. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0];
        foreach (byte[] format in (byte[][])[Format(tag, 2, 44_100, bits), Extensible(tag, 2, 44_100, bits)])
        {
            (AudioFormat read, byte[] data) = await ReadAsync(Riff([.. list, .. format, .. list, .. Chunk("data", audio), .. list]));

            Assert.Equal(new AudioFormat(44_100, 2, encoding), read);
            Assert.Equal(audio, data);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(uint.MaxValue - 36)]
    [InlineData(0x7FFF_F000u)] // espeak-ng, sox
    [InlineData(0x7FFF_FFFFu - 36)]
    [InlineData(0x8000_0000u)] // arecord
    public async Task A_header_without_a_size_means_to_the_end(uint size)
    {
        byte[] audio = new byte[100];
        byte[] data = Chunk("data", audio);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), size);

        byte[] file = Riff([.. Format(1, 1, 16_000, 16), .. data]);
        Assert.Equal(100, (await ReadAsync(file)).Data.Length);
        await using WavAudioSource source = await WavAudioSource.OpenAsync(new MemoryStream(file));
        Assert.Null(source.Duration);
    }

    [Fact]
    public async Task Audio_that_is_cut_short_ends_where_it_ends()
    {
        byte[] file = Riff([.. Format(1, 1, 16_000, 16), .. Chunk("data", new byte[100])]);

        byte[] cut = file.AsSpan(0, file.Length - 40).ToArray();
        Assert.Equal(60, (await ReadAsync(cut)).Data.Length);
        await using WavAudioSource source = await WavAudioSource.OpenAsync(new MemoryStream(cut));
        Assert.Equal(AudioFormat.Voice.DurationOf(60), source.Duration);
    }

    [Fact]
    public async Task Endless_empty_chunks_are_no_header()
    {
        var endless = new PartlyStream { GoesOnWithZeros = true };
        foreach (byte b in (byte[])[.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8])
        {
            endless.Feed([b]);
        }

        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => WavAudioSource.OpenAsync(endless));
        Assert.Equal(AudioErrorCode.RecorderError, e.Code);
    }

    [Fact]
    public void Audio_that_ends_inside_a_frame_is_filled_up_with_silence()
    {
        var encoder = new WavEncoder();
        encoder.Write([1, 2, 3]);
        WavRecording recording = encoder.ToRecording();
        Assert.Equal([1, 2, 3, 0], recording.Pcm.ToArray());
        Assert.Equal(recording.Data.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(recording.Data.Span.Slice(4)));

        var stream = new MemoryStream();
        var stereo = new WavEncoder(stream, new AudioFormat(8_000, 2, AudioEncoding.UInt8));
        stereo.Write([7]);
        stereo.Finish();
        Assert.Equal([7, 128], stream.ToArray().AsSpan(44).ToArray());
        Assert.Equal(2, stereo.DataBytes);
    }

    [Fact]
    public async Task A_header_that_is_cut_short_anywhere_is_a_recorder_error()
    {
        byte[] file = Riff([.. Extensible(1, 1, 16_000, 16), .. Chunk("LIST", [1, 2]), .. Chunk("data", new byte[4])]);
        for (int length = 0; length < file.Length - 4; length++)
        {
            RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(file.AsSpan(0, length).ToArray()));
            Assert.Equal(AudioErrorCode.RecorderError, e.Code);
            Assert.NotNull(e.Recommendation);
        }
    }

    [Theory]
    [InlineData(2, 1, 16_000, 4)]
    [InlineData(1, 1, 16_000, 12)]
    [InlineData(3, 1, 16_000, 64)]
    [InlineData(1, 0, 16_000, 16)]
    [InlineData(1, 1, 4_000, 16)]
    [InlineData(1, 1, 400_000, 16)]
    public async Task A_format_that_cannot_be_converted_is_named(int tag, int channels, int rate, int bits)
    {
        RavatarAudioException e = await Assert.ThrowsAsync<RavatarAudioException>(() =>
            ReadAsync(Riff([.. Format(tag, channels, rate, bits), .. Chunk("data", [0, 0])]))
        );
        Assert.Equal(AudioErrorCode.InvalidMediaConstraints, e.Code);
    }

    [Fact]
    public async Task Other_files_are_refused()
    {
        byte[] extensible = Extensible(1, 1, 16_000, 16);
        extensible[8 + 30] ^= 1;
        byte[] badBlock = Format(1, 2, 16_000, 16);
        badBlock[8 + 12] = 3;
        (byte[] File, AudioErrorCode Code)[] cases =
        [
            ("OggS and so on, for long enough to be a header"u8.ToArray(), AudioErrorCode.RecorderError),
            ([.. "RF64"u8, 0, 0, 0, 0, .. "WAVE"u8], AudioErrorCode.InvalidMediaConstraints),
            (Riff([.. extensible, .. Chunk("data", [0, 0])]), AudioErrorCode.InvalidMediaConstraints),
            (Riff([.. badBlock, .. Chunk("data", [0, 0])]), AudioErrorCode.RecorderError),
            (Riff(Chunk("data", [0, 0])), AudioErrorCode.RecorderError),
            (Riff(Chunk("fmt ", [1, 0])), AudioErrorCode.RecorderError),
            (Riff([.. Format(1, 1, 16_000, 16), .. "LIST"u8, 0xFF, 0xFF, 0xFF, 0x7F]), AudioErrorCode.RecorderError),
        ];
        foreach ((byte[] file, AudioErrorCode code) in cases)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<RavatarAudioException>(() => ReadAsync(file))).Code);
        }
    }

    [Fact]
    public async Task A_stream_that_cannot_be_opened_is_closed_unless_it_was_to_be_left_open()
    {
        var closed = new MemoryStream([1]);
        var open = new MemoryStream([1]);
        await Assert.ThrowsAsync<RavatarAudioException>(() => WavAudioSource.OpenAsync(closed));
        await Assert.ThrowsAsync<RavatarAudioException>(() => WavAudioSource.OpenAsync(open, leaveOpen: true));

        Assert.False(closed.CanRead);
        Assert.True(open.CanRead);
    }

    [Fact]
    public async Task A_recording_has_the_44_byte_header_and_the_right_sizes()
    {
        byte[] pcm = [.. Enumerable.Range(0, 32_000).Select(i => (byte)i)];
        WavRecording recording = WavRecording.FromPcm(pcm, isPushToTalk: true);

        Assert.Equal("RIFF"u8.ToArray(), recording.Data.Slice(0, 4).ToArray());
        Assert.Equal(36 + 32_000, BinaryPrimitives.ReadInt32LittleEndian(recording.Data.Span.Slice(4)));
        Assert.Equal(
            [.. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0, .. "data"u8, 0, 0x7D, 0, 0],
            recording.Data.Slice(8, 36).ToArray()
        );
        Assert.Equal(pcm, recording.Pcm.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(1), recording.Duration);
        Assert.True(recording.IsPushToTalk);
        Assert.Throws<ArgumentException>("pcm", () => WavRecording.FromPcm(new byte[3]));
    }

    [Fact]
    public void A_recording_grows_and_is_handed_over_without_a_copy()
    {
        var encoder = new WavEncoder(expectedBytes: 10);
        byte[] pcm = [.. Enumerable.Range(0, 5_000).Select(i => (byte)i)];
        foreach (byte[] part in pcm.Chunk(7))
        {
            encoder.Write(part);
        }
        WavRecording first = encoder.ToRecording();
        WavRecording second = encoder.ToRecording();

        Assert.Equal(pcm, first.Pcm.ToArray());
        Assert.True(first.Data.Equals(second.Data));
        Assert.Throws<InvalidOperationException>(() => encoder.Write(pcm));
    }

    [Fact]
    public async Task A_file_is_streamed_and_read_back()
    {
        var format = new AudioFormat(44_100, 1, AudioEncoding.Int24);
        var stream = new MemoryStream();
        stream.WriteByte(99);
        var encoder = new WavEncoder(stream, format);
        encoder.Write([1, 2, 3]);
        encoder.Write([4, 5, 6, 7, 8, 9]);
        encoder.Finish();
        encoder.Finish();

        Assert.Equal(1 + 44 + 10, stream.Length);
        Assert.Equal(stream.Length, stream.Position);
        (AudioFormat read, byte[] data) = await ReadAsync(stream.ToArray().AsSpan(1).ToArray());
        Assert.Equal(format, read);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], data);
        Assert.Throws<InvalidOperationException>(() => encoder.ToRecording());
        Assert.Throws<InvalidOperationException>(() => encoder.Write([1]));
    }

    [Fact]
    public void More_than_4_GiB_are_refused_and_the_file_stays_right()
    {
        var stream = new CountingStream();
        var encoder = new WavEncoder(stream);
        var megabytes = new byte[64 * 1024 * 1024];
        for (int i = 0; i < 63; i++)
        {
            encoder.Write(megabytes);
        }
        Assert.Throws<InvalidOperationException>(() => encoder.Write(megabytes));
        Assert.Equal(63L * megabytes.Length, encoder.DataBytes);
        Assert.Equal(44 + encoder.DataBytes, stream.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => WavHeader.Write(new byte[44], AudioFormat.Voice, uint.MaxValue - 36L));
        encoder.Finish();
    }

    [Fact]
    public async Task A_recording_is_saved_and_opened_from_a_file()
    {
        string path = Path.GetTempFileName();
        try
        {
            WavRecording recording = WavRecording.FromPcm([1, 2, 3, 4]);
            await recording.SaveAsync(path);

            Assert.Equal(recording.Data.ToArray(), await File.ReadAllBytesAsync(path));
            await using WavAudioSource source = await WavAudioSource.OpenAsync(path);
            Assert.Equal(AudioFormat.Voice, source.Format);
            Assert.Equal(AudioFormat.Voice.DurationOf(4), source.Duration);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_stopped_file_gives_the_end_and_carries_on_when_started_again()
    {
        await using WavAudioSource source = await WavAudioSource.OpenAsync(
            new MemoryStream(WavRecording.FromPcm([1, 2, 3, 4]).Data.ToArray())
        );
        var buffer = new byte[3];

        Assert.Equal(0, await source.ReadAsync(buffer));
        await source.StartAsync();
        Assert.Equal(3, await source.ReadAsync(buffer));
        await source.StopAsync();
        Assert.Equal(0, await source.ReadAsync(buffer));
        await source.StartAsync();
        Assert.Equal(1, await source.ReadAsync(buffer));
        Assert.Equal(4, buffer[0]);
        Assert.Equal(0, await source.ReadAsync(buffer));
        await source.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.ReadAsync(buffer));
    }

    private static async Task<(AudioFormat Format, byte[] Data)> ReadAsync(byte[] file)
    {
        await using WavAudioSource source = await WavAudioSource.OpenAsync(new TricklingStream(file));
        await source.StartAsync();
        var data = new List<byte>();
        var buffer = new byte[64];
        while (await source.ReadAsync(buffer) is var read and > 0)
        {
            data.AddRange(buffer.AsSpan(0, read));
        }
        return (source.Format, [.. data]);
    }

    private static byte[] Riff(byte[] chunks) => [.. "RIFF"u8, .. Length(chunks.Length + 4), .. "WAVE"u8, .. chunks];

    private static byte[] Chunk(string name, byte[] content) =>
        [.. Encoding.ASCII.GetBytes(name), .. Length(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] Format(int tag, int channels, int rate, int bits) => Chunk("fmt ", FormatBody(tag, channels, rate, bits));

    private static byte[] Extensible(int tag, int channels, int rate, int bits) =>
        Chunk("fmt ", [.. FormatBody(0xFFFE, channels, rate, bits), 22, 0, (byte)bits, 0, 3, 0, 0, 0, (byte)tag, 0, .. s_subFormatRest]);

    private static byte[] FormatBody(int tag, int channels, int rate, int bits)
    {
        int block = channels * bits / 8;
        return
        [
            (byte)tag,
            (byte)(tag >> 8),
            (byte)channels,
            0,
            .. Length(rate),
            .. Length(rate * block),
            (byte)block,
            (byte)(block >> 8),
            (byte)bits,
            0,
        ];
    }

    private static byte[] Length(int value) => BitConverter.GetBytes(value);

    /// <summary>Gives one byte a read, as a slow pipe does.</summary>
    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Slice(0, Math.Min(1, buffer.Length)), cancellationToken);
    }

    /// <summary>Takes any amount and keeps none of it.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get; set; }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            Position += count;
            _length = Math.Max(_length, Position);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Position += buffer.Length;
            _length = Math.Max(_length, Position);
        }
    }
}
