namespace Ravatar.Client;

/// <summary>
/// Writes a WAV file with the plain 44-byte header, to one growing buffer (handed over without a copy) or straight to a seekable stream.
/// Not safe for concurrent use.
/// </summary>
public sealed class WavEncoder
{
    private readonly Stream? _stream;
    private readonly long _start;
    private byte[] _buffer;
    private bool _finished;

    /// <summary>Writes 16 kHz mono 16-bit audio to memory, for <see cref="ToRecording"/>.</summary>
    /// <param name="expectedBytes">How much audio to make room for at first, in bytes. Defaults to 5 s.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expectedBytes"/> is negative, or more than a buffer holds.</exception>
    public WavEncoder(int expectedBytes = 160_000)
    {
        if (expectedBytes is < 0 or > int.MaxValue - WavHeader.Size - 64)
        {
            throw new ArgumentOutOfRangeException(nameof(expectedBytes), expectedBytes, "Expected 0 to 2 GiB.");
        }
        Format = AudioFormat.Voice;
        _buffer = new byte[WavHeader.Size + expectedBytes];
    }

    /// <summary>Writes audio of any format to a stream, which is left open. <see cref="Finish"/> puts the sizes into the header.</summary>
    /// <param name="stream">A stream that can be written and can seek; the file begins at its current position.</param>
    /// <param name="format">The shape of the audio. Defaults to <see cref="AudioFormat.Voice"/>.</param>
    /// <exception cref="ArgumentException">The stream cannot be written or cannot seek.</exception>
    public WavEncoder(Stream stream, AudioFormat? format = null)
    {
        _stream = Guard.NotNull(stream);
        if (!stream.CanWrite || !stream.CanSeek)
        {
            throw new ArgumentException(
                "The stream must be writable and seekable: the header's sizes are known at the end only.",
                nameof(stream)
            );
        }
        Format = format ?? AudioFormat.Voice;
        _start = stream.Position;
        _buffer = new byte[WavHeader.Size];
        WriteHeader(0);
    }

    /// <summary>The shape of the audio.</summary>
    public AudioFormat Format { get; }

    /// <summary>The audio written so far, in bytes.</summary>
    public long DataBytes { get; private set; }

    /// <summary>How long the audio written so far sounds.</summary>
    public TimeSpan Duration => Format.DurationOf(DataBytes);

    /// <summary>Adds audio.</summary>
    /// <param name="audio">Bytes in <see cref="Format"/>'s shape.</param>
    /// <exception cref="InvalidOperationException">The file is finished, or would grow beyond 4 GiB (2 GiB in memory). Nothing was written.</exception>
    public void Write(ReadOnlySpan<byte> audio)
    {
        if (_finished)
        {
            throw new InvalidOperationException("The WAV file is finished. Make a new encoder.");
        }
        long total = DataBytes + audio.Length;
        // With room for what fills up the last frame.
        if (total + MissingOf(total) > (_stream == null ? int.MaxValue - WavHeader.Size - 64 : WavHeader.MaxDataBytes))
        {
            throw new InvalidOperationException(
                "A WAV file holds at most 4 GiB, one in memory 2 GiB. Split the recording into several files."
            );
        }
        if (_stream != null)
        {
            _stream.WriteSpan(audio);
        }
        else
        {
            int used = WavHeader.Size + (int)DataBytes;
            if (_buffer.Length - used < audio.Length)
            {
                long doubled = Math.Min(2L * _buffer.Length, int.MaxValue - 64);
                Array.Resize(ref _buffer, (int)Math.Max(doubled, used + (long)audio.Length));
            }
            audio.CopyTo(_buffer.AsSpan(used));
        }
        DataBytes = total;
    }

    /// <summary>
    /// Puts the right sizes into the header of a file written to a stream, and leaves the stream at the file's end. Audio that ends inside a frame
    /// (a sample of every channel) is filled up with silence. Doing so again does nothing.
    /// </summary>
    public void Finish()
    {
        if (_finished)
        {
            return;
        }
        FillFrame();
        _finished = true;
        if (_stream == null)
        {
            WavHeader.Write(_buffer, Format, DataBytes);
            return;
        }
        if (DataBytes % 2 != 0)
        {
            _stream.WriteByte(0);
        }
        long end = _stream.Position;
        _stream.Position = _start;
        WriteHeader(DataBytes);
        _stream.Position = end;
    }

    /// <summary>Finishes a file in memory and hands its buffer over.</summary>
    /// <param name="isPushToTalk">Whether the user, not voice activity detection, ended the recording.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="InvalidOperationException">The encoder writes to a stream.</exception>
    public WavRecording ToRecording(bool isPushToTalk = false)
    {
        if (_stream != null)
        {
            throw new InvalidOperationException("This encoder writes to a stream. Use one made without a stream.");
        }
        Finish();
        return new WavRecording(_buffer.AsMemory(0, WavHeader.Size + (int)DataBytes), isPushToTalk);
    }

    private void FillFrame()
    {
        byte silence = Format.Encoding == AudioEncoding.UInt8 ? (byte)128 : (byte)0;
        for (int missing = MissingOf(DataBytes); missing > 0; missing--)
        {
            Write([silence]);
        }
    }

    private int MissingOf(long bytes) => (int)((Format.BytesPerFrame - (bytes % Format.BytesPerFrame)) % Format.BytesPerFrame);

    private void WriteHeader(long dataBytes)
    {
        WavHeader.Write(_buffer, Format, dataBytes);
        _stream!.WriteSpan(_buffer.AsSpan(0, WavHeader.Size));
    }
}
