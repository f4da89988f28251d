namespace Ravatar.Client;

/// <summary>Reads a source as 10 ms frames of 16 kHz mono 16-bit audio; the last one is filled up with silence.</summary>
internal sealed class FrameReader(IAudioSource source)
{
    private readonly VoiceReader _reader = new(source);
    private readonly byte[] _frame = new byte[UtteranceSegmenter.FrameBytes];
    private int _filled;

    /// <summary>The frame that was read last.</summary>
    public Memory<byte> Frame => _frame;

    /// <summary>The same without the silence that fills up the last one.</summary>
    public ReadOnlyMemory<byte> Audio { get; private set; }

    /// <summary>Whether there was no more to read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Reads the next frame; <see langword="false"/> at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (_filled < _frame.Length && !HasEnded)
        {
            int read = await _reader.ReadAsync(_frame.AsMemory(_filled), cancellationToken).ConfigureAwait(false);
            _filled += read;
            HasEnded = read == 0;
        }
        _frame.AsSpan(_filled).Clear();
        Audio = _frame.AsMemory(0, _filled);
        _filled = 0;
        return !Audio.IsEmpty;
    }
}
