using System.Buffers.Binary;

namespace Ravatar.Client;

/// <summary>The RIFF/WAVE header: read from anything the SDK can convert, written as the plain 44 bytes.</summary>
internal static class WavHeader
{
    public const int Size = 44;

    /// <summary>The most audio that a WAV file can hold: sizes are 32-bit, and the first counts the 36 header bytes behind it.</summary>
    public const long MaxDataBytes = uint.MaxValue - 36L - 1;

    private const int FormatPcm = 1;
    private const int FormatFloat = 3;
    private const int FormatExtensible = 0xFFFE;

    // What programs that write to a pipe put there, as they do not know it: nothing, all ones, or (espeak-ng, sox, arecord) about 2 GiB; some less
    // what the header itself takes.
    private const uint UnknownFrom = 0x7FFF_EFD4;
    private const uint UnknownTo = 0x8000_0024;
    private const uint AllOnesFrom = uint.MaxValue - 64;

    // A file that has more before its audio is no recording.
    private const long MaxBytesBeforeData = 16 * 1024 * 1024;

    public static void Write(Span<byte> header, AudioFormat format, long dataBytes)
    {
        if (dataBytes is < 0 or > MaxDataBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dataBytes),
                dataBytes,
                "A WAV file holds at most 4 GiB. Split the recording into several files."
            );
        }
        uint data = (uint)dataBytes;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(4), 36 + data + (data & 1));
        "WAVEfmt "u8.CopyTo(header.Slice(8));
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(16), 16);
        bool isFloat = format.Encoding == AudioEncoding.Float32;
        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(20), (ushort)(isFloat ? FormatFloat : FormatPcm));
        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(22), (ushort)format.Channels);
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(24), (uint)format.SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(28), (uint)format.BytesPerSecond);
        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(32), (ushort)format.BytesPerFrame);
        BinaryPrimitives.WriteUInt16LittleEndian(header.Slice(34), (ushort)(format.BytesPerSample * 8));
        "data"u8.CopyTo(header.Slice(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.Slice(40), data);
    }

    /// <summary>Reads up to the first byte of audio.</summary>
    /// <returns>The format, and the length of the audio in bytes; <see langword="null"/> when it goes on to the end of the stream, wherever that is.</returns>
    public static async ValueTask<(AudioFormat Format, long? Length)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[40];
        int read = await stream.ReadUpToAsync(buffer.AsMemory(0, 12), cancellationToken).ConfigureAwait(false);
        if (read < 12)
        {
            throw Damaged(read == 0 ? "It is empty." : "It ends inside its header.");
        }
        CheckRiff(buffer);
        AudioFormat? format = null;
        long before = 0;
        while (true)
        {
            if (await stream.ReadUpToAsync(buffer.AsMemory(0, 8), cancellationToken).ConfigureAwait(false) < 8)
            {
                throw Damaged(format == null ? "It ends before its 'fmt ' chunk." : "It ends before its 'data' chunk.");
            }
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(4));
            before += 8;
            if (buffer.AsSpan(0, 4).SequenceEqual("data"u8))
            {
                AudioFormat known = format ?? throw Damaged("Its 'data' chunk comes before its 'fmt ' chunk.");
                return (known, LengthOf(size, stream));
            }
            long rest = size + (size & 1L);
            if ((before += rest) > MaxBytesBeforeData)
            {
                throw Damaged("There are more than 16 MiB before its audio.");
            }
            if (buffer.AsSpan(0, 4).SequenceEqual("fmt "u8))
            {
                int wanted = (int)Math.Min(size, buffer.Length);
                if (size < 16 || await stream.ReadUpToAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false) < wanted)
                {
                    throw Damaged("Its 'fmt ' chunk is too short.");
                }
                format = ReadFormat(buffer.AsSpan(0, wanted));
                rest -= wanted;
            }
            if (!await stream.SkipAsync(rest, cancellationToken).ConfigureAwait(false))
            {
                throw Damaged("It ends inside its header.");
            }
        }
    }

    // Without a length the audio goes on to the end. A file that holds as much as it says is believed.
    private static long? LengthOf(uint size, Stream stream)
    {
        bool isUnknown = size is 0 or (>= UnknownFrom and <= UnknownTo) or >= AllOnesFrom;
        bool isThere = size != 0 && stream.CanSeek && stream.Length - stream.Position >= size;
        return isUnknown && !isThere ? null : size;
    }

    private static void CheckRiff(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("RF64"u8) || start.StartsWith("RIFX"u8))
        {
            throw Unsupported("it is an RF64 or big-endian RIFX file");
        }
        if (!start.StartsWith("RIFF"u8) || !start.Slice(8).StartsWith("WAVE"u8))
        {
            throw Damaged("It does not begin with RIFF…WAVE.");
        }
    }

    private static AudioFormat ReadFormat(ReadOnlySpan<byte> chunk)
    {
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk.Slice(2));
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk.Slice(4));
        int frameBytes = BinaryPrimitives.ReadUInt16LittleEndian(chunk.Slice(12));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk.Slice(14));
        if (tag == FormatExtensible)
        {
            if (chunk.Length < 40)
            {
                throw Damaged("Its extensible 'fmt ' chunk is too short.");
            }
            // The first two bytes of the sub-format's GUID are the plain format tag; the rest is the same for all of them.
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk.Slice(24));
            if (!chunk.Slice(26, 14).SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]))
            {
                throw Unsupported("its extensible sub-format is neither PCM nor float");
            }
        }
        AudioEncoding encoding = (tag, bits) switch
        {
            (FormatPcm, 8) => AudioEncoding.UInt8,
            (FormatPcm, 16) => AudioEncoding.Int16,
            (FormatPcm, 24) => AudioEncoding.Int24,
            (FormatPcm, 32) => AudioEncoding.Int32,
            (FormatFloat, 32) => AudioEncoding.Float32,
            _ => throw Unsupported(FormattableString.Invariant($"its format tag is {tag} with {bits} bits a sample")),
        };
        if (rate is < AudioFormat.MinSampleRate or > AudioFormat.MaxSampleRate || channels is < 1 or > AudioFormat.MaxChannels)
        {
            throw Unsupported(FormattableString.Invariant($"it has {channels} channels at {rate} Hz"));
        }
        var format = new AudioFormat((int)rate, channels, encoding);
        return frameBytes == format.BytesPerFrame
            ? format
            : throw Damaged(FormattableString.Invariant($"Its block size is {frameBytes}, its format needs {format.BytesPerFrame}."));
    }

    private static RavatarAudioException Damaged(string why) =>
        new(AudioErrorCode.RecorderError, "This is no whole WAV file. " + why)
        {
            Recommendation = "Give a WAV file (RIFF/WAVE) that was written to its end.",
        };

    private static RavatarAudioException Unsupported(string why) =>
        new(AudioErrorCode.InvalidMediaConstraints, "The WAV file cannot be converted: " + why + ".")
        {
            Recommendation = "Give PCM with 8, 16, 24 or 32 bits or 32-bit float, 8 to 192 kHz, up to 32 channels.",
        };
}
