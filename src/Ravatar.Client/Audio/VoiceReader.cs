namespace Ravatar.Client;

/// <summary>
/// Reads any source as 16 kHz mono 16-bit audio. What the source gives is converted into a buffer of our own, the tail included; nothing is
/// allocated per read. The reader does not start, stop or dispose the source.
/// </summary>
internal sealed class VoiceReader
{
    // A quarter of a frame of Live Mode is 64 ms: small enough for a level meter and VAD, large enough to cost nothing.
    private const double ReadSeconds = 0.064;

    private readonly IAudioSource _source;
    private readonly PcmConverter _converter;
    private readonly byte[] _input;
    private readonly byte[] _output;
    private int _start;
    private int _end;
    private bool _ended;

    public VoiceReader(IAudioSource source)
    {
        _source = source;
        AudioFormat format =
            source.Format ?? throw new ArgumentException("The source has no format. Return one from Format.", nameof(source));
        _converter = new PcmConverter(format);
        _input = new byte[Math.Max(1, (int)(format.SampleRate * ReadSeconds)) * format.BytesPerFrame];
        _output = new byte[_converter.GetMaxOutputBytes(_input.Length + format.BytesPerFrame)];
    }

    /// <summary>Reads at most a buffer of converted bytes; 0 at the end. Cancelling loses nothing.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_start == _end && !_ended)
        {
            int read = await _source.ReadAsync(_input, cancellationToken).ConfigureAwait(false);
            if (read < 0 || read > _input.Length)
            {
                throw new RavatarAudioException(
                    AudioErrorCode.RecorderError,
                    FormattableString.Invariant($"The audio source says it read {read} bytes into a buffer of {_input.Length}.")
                );
            }
            _start = 0;
            _end = read == 0 ? _converter.Flush(_output) : _converter.Convert(_input.AsSpan(0, read), _output);
            _ended = read == 0;
        }
        int count = Math.Min(buffer.Length, _end - _start);
        _output.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        return count;
    }

    /// <summary>Forgets what is held back, and is ready for a source that starts again.</summary>
    public void Reset()
    {
        _converter.Reset();
        _start = _end = 0;
        _ended = false;
    }
}
