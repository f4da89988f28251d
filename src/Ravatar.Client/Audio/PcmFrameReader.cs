namespace Ravatar.Client;

/// <summary>
/// Reads any source as the frames of Live Mode: converted to 16 kHz mono 16-bit, cut into <see cref="PcmFramer.BytesPerFrame"/> bytes.
/// It neither starts, stops nor disposes the source. One reader at a time; nothing is allocated per frame.
/// </summary>
public sealed class PcmFrameReader
{
    private readonly VoiceReader _reader;
    private readonly PcmTail _tail;
    private readonly byte[] _frame = new byte[PcmFramer.BytesPerFrame];
    private int _filled;
    private bool _ended;

    /// <summary>Makes a reader.</summary>
    /// <param name="source">Where the audio comes from. The caller starts, stops and disposes it.</param>
    /// <param name="tail">What becomes of the last, incomplete frame. Defaults to filling it up with silence.</param>
    public PcmFrameReader(IAudioSource source, PcmTail tail = PcmTail.PadWithSilence)
    {
        _reader = new VoiceReader(Guard.NotNull(source));
        _tail = PcmFramer.Check(tail);
    }

    /// <summary>Reads the next frame.</summary>
    /// <param name="frame">Where it goes: at least <see cref="PcmFramer.BytesPerFrame"/> long.</param>
    /// <param name="cancellationToken">Gives up waiting; what was read so far begins the next frame.</param>
    /// <returns>The bytes of the frame: 8,192, fewer for a short tail, 0 at the end.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    public async ValueTask<int> ReadFrameAsync(Memory<byte> frame, CancellationToken cancellationToken = default)
    {
        if (frame.Length < PcmFramer.BytesPerFrame)
        {
            throw new ArgumentException("The buffer must hold a frame of 8,192 bytes.", nameof(frame));
        }
        while (_filled < PcmFramer.BytesPerFrame && !_ended)
        {
            int read = await _reader.ReadAsync(_frame.AsMemory(_filled), cancellationToken).ConfigureAwait(false);
            _filled += read;
            _ended = read == 0;
        }
        int count = _filled == PcmFramer.BytesPerFrame ? _filled : PcmFramer.FinishFrame(_frame, _filled, _tail);
        _filled = 0;
        _frame.AsSpan(0, count).CopyTo(frame.Span);
        return count;
    }
}
