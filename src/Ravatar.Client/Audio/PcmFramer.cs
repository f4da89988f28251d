namespace Ravatar.Client;

/// <summary>
/// Cuts 16 kHz mono 16-bit audio into the frames of Live Mode: exactly 4,096 samples, 8,192 bytes little-endian
/// (Audio Format Comparison: "Gemini Native (PCM)", buffer size). Not safe for concurrent use.
/// </summary>
/// <example><code>
/// while (framer.Fill(ref pcm)) { await live.SendPcmAsync(framer.Frame); }
/// if (framer.Finish()) { await live.SendPcmAsync(framer.Frame); }
/// </code></example>
public sealed class PcmFramer
{
    /// <summary>Samples of a frame: 4,096, or 256 ms.</summary>
    public const int SamplesPerFrame = 4_096;

    /// <summary>Bytes of a frame: 8,192.</summary>
    public const int BytesPerFrame = SamplesPerFrame * 2;

    private readonly byte[] _frame = new byte[BytesPerFrame];
    private readonly PcmTail _tail;
    private int _filled;
    private int _complete;

    /// <summary>Makes a framer.</summary>
    /// <param name="tail">What becomes of the last, incomplete frame. Defaults to filling it up with silence.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the three.</exception>
    public PcmFramer(PcmTail tail = PcmTail.PadWithSilence)
    {
        _tail = Check(tail);
    }

    /// <summary>The complete frame, after <see cref="Fill"/> or <see cref="Finish"/> said so, until the next call of either. Empty otherwise.</summary>
    public ReadOnlyMemory<byte> Frame => _frame.AsMemory(0, _complete);

    /// <summary>Takes bytes until a frame is complete or there are no more.</summary>
    /// <param name="pcm">The audio, any number of bytes; what was taken is cut off its front.</param>
    /// <returns>Whether <see cref="Frame"/> is complete. If so, call again with what is left.</returns>
    public bool Fill(ref ReadOnlyMemory<byte> pcm)
    {
        int count = Math.Min(pcm.Length, BytesPerFrame - _filled);
        pcm.Slice(0, count).CopyTo(_frame.AsMemory(_filled));
        pcm = pcm.Slice(count);
        _filled += count;
        _complete = _filled / BytesPerFrame * BytesPerFrame;
        if (_complete > 0)
        {
            _filled = 0;
        }
        return _complete > 0;
    }

    /// <summary>Ends the stream: treats the incomplete frame as chosen, and starts afresh.</summary>
    /// <returns>Whether there is a last <see cref="Frame"/>.</returns>
    public bool Finish()
    {
        _complete = FinishFrame(_frame, _filled, _tail);
        _filled = 0;
        return _complete > 0;
    }

    internal static PcmTail Check(PcmTail tail) =>
        tail is >= PcmTail.PadWithSilence and <= PcmTail.Drop
            ? tail
            : throw new ArgumentOutOfRangeException(nameof(tail), tail, "The value is none of PcmTail's.");

    /// <summary>Treats an incomplete frame; half a sample at its end is no sample.</summary>
    /// <returns>The bytes of it to send.</returns>
    internal static int FinishFrame(Span<byte> frame, int filled, PcmTail tail)
    {
        filled = filled / 2 * 2;
        if (filled == 0 || tail == PcmTail.Drop)
        {
            return 0;
        }
        if (tail == PcmTail.Short)
        {
            return filled;
        }
        frame.Slice(filled).Clear();
        return frame.Length;
    }
}
