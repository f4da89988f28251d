using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>
/// Converts a stream of audio of any <see cref="AudioFormat"/> to what RAVATAR takes: 16 kHz, mono, 16-bit signed little-endian
/// (<see cref="AudioFormat.Voice"/>). Channels are averaged; the rate is changed by a polyphase filter that leaves nothing above 8 kHz to fold
/// back; samples are rounded and saturated.
/// </summary>
/// <remarks>
/// State carries over from buffer to buffer: any split of the input, even inside a sample, gives the same output. Nothing is allocated per
/// buffer. One instance converts one stream, for one caller at a time.
/// </remarks>
public sealed class PcmConverter
{
    private const int BlockFrames = 1024;

    private readonly bool _portable;
    private readonly Resampler? _resampler;
    private readonly float[] _direct;
    private readonly byte[] _partial;
    private short[] _samples = [];
    private int _partialBytes;

    /// <summary>Makes a converter.</summary>
    /// <param name="input">The shape of what is converted.</param>
    public PcmConverter(AudioFormat input)
        : this(input, portable: !BitConverter.IsLittleEndian) { }

    internal PcmConverter(AudioFormat input, bool portable)
    {
        Input = Guard.NotNull(input);
        _portable = portable;
        _partial = new byte[input.BytesPerFrame];
        bool sameRate = input.SampleRate == AudioFormat.Voice.SampleRate;
        _resampler = sameRate ? null : new Resampler(input.SampleRate);
        _direct = sameRate ? new float[BlockFrames] : [];
    }

    /// <summary>The shape of what is converted.</summary>
    public AudioFormat Input { get; }

    /// <summary>The room that <see cref="Convert"/> needs for so many input bytes; with 0, the room that <see cref="Flush"/> needs.</summary>
    /// <param name="inputBytes">The bytes to convert, 0 or more.</param>
    /// <returns>Bytes, never fewer than are written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inputBytes"/> is negative.</exception>
    public int GetMaxOutputBytes(int inputBytes)
    {
        if (inputBytes < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(inputBytes), inputBytes, "The number of bytes must not be negative.");
        }
        // A part of a frame may be held from before.
        int frames = (int)(((long)inputBytes + Input.BytesPerFrame - 1) / Input.BytesPerFrame);
        return checked(2 * (_resampler?.MaxOutput(frames) ?? frames));
    }

    /// <summary>Converts the next bytes of the stream.</summary>
    /// <param name="input">Bytes in <see cref="Input"/>'s shape, any number of them.</param>
    /// <param name="destination">Where the converted bytes go: at least <see cref="GetMaxOutputBytes"/> long.</param>
    /// <returns>The bytes written, always whole samples. The filter holds some back until more input comes, or <see cref="Flush"/>.</returns>
    /// <exception cref="ArgumentException">The destination is too short. Nothing was consumed.</exception>
    public int Convert(ReadOnlySpan<byte> input, Span<byte> destination)
    {
        CheckRoom(GetMaxOutputBytes(input.Length), destination);
        int written = 0;
        int frameBytes = Input.BytesPerFrame;
        if (_partialBytes > 0)
        {
            int missing = Math.Min(frameBytes - _partialBytes, input.Length);
            input.Slice(0, missing).CopyTo(_partial.AsSpan(_partialBytes));
            input = input.Slice(missing);
            _partialBytes += missing;
            if (_partialBytes < frameBytes)
            {
                return 0;
            }
            _partialBytes = 0;
            written = ConvertFrames(_partial, destination);
        }
        int whole = input.Length / frameBytes * frameBytes;
        written += ConvertFrames(input.Slice(0, whole), destination.Slice(written));
        input.Slice(whole).CopyTo(_partial);
        _partialBytes = input.Length - whole;
        return written;
    }

    /// <summary>Ends the stream: writes what the filter still holds back, and starts afresh. A part of a sample that was left over is dropped.</summary>
    /// <param name="destination">Where the bytes go: at least <see cref="GetMaxOutputBytes"/> of 0 long.</param>
    /// <returns>The bytes written. In all, <i>n</i> input frames give ⌈<i>n</i> × 16,000 ÷ rate⌉ samples.</returns>
    /// <exception cref="ArgumentException">The destination is too short. Nothing was consumed.</exception>
    public int Flush(Span<byte> destination)
    {
        int needed = GetMaxOutputBytes(0);
        CheckRoom(needed, destination);
        int written = 0;
        if (_resampler != null)
        {
            Span<short> samples = Samples(destination, needed / 2);
            written = Finish(samples, _resampler.Flush(samples), destination);
        }
        Reset();
        return written;
    }

    /// <summary>Starts afresh, forgetting what is held back.</summary>
    public void Reset()
    {
        _partialBytes = 0;
        _resampler?.Reset();
    }

    private int ConvertFrames(ReadOnlySpan<byte> input, Span<byte> destination)
    {
        int written = 0;
        int frameBytes = Input.BytesPerFrame;
        while (!input.IsEmpty)
        {
            Span<float> mono = _resampler == null ? _direct : _resampler.Free;
            int frames = Math.Min(Math.Min(mono.Length, BlockFrames), input.Length / frameBytes);
            mono = mono.Slice(0, frames);
            SampleReader.ReadMono(Input, input.Slice(0, frames * frameBytes), mono, _portable);
            Span<short> samples = Samples(destination.Slice(written), _resampler?.MaxOutput(frames) ?? frames);
            int count = _resampler?.Commit(frames, samples) ?? Quantize(mono, samples);
            written += Finish(samples, count, destination.Slice(written));
            input = input.Slice(frames * frameBytes);
        }
        return written;
    }

    private static int Quantize(ReadOnlySpan<float> mono, Span<short> samples)
    {
        for (int i = 0; i < mono.Length; i++)
        {
            samples[i] = SampleWriter.ToInt16(mono[i]);
        }
        return mono.Length;
    }

    // Little-endian machines write the samples in place, others into a buffer first.
    private Span<short> Samples(Span<byte> destination, int count)
    {
        if (!_portable)
        {
            return MemoryMarshal.Cast<byte, short>(destination);
        }
        if (_samples.Length < count)
        {
            _samples = new short[count];
        }
        return _samples;
    }

    private int Finish(ReadOnlySpan<short> samples, int count, Span<byte> destination)
    {
        if (_portable)
        {
            SampleWriter.Write(samples.Slice(0, count), destination, portable: true);
        }
        return count * 2;
    }

    private static void CheckRoom(int needed, Span<byte> destination)
    {
        if (destination.Length < needed)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The destination holds {destination.Length} bytes, {needed} may be needed. Ask GetMaxOutputBytes."
                ),
                nameof(destination)
            );
        }
    }
}
