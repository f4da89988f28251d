namespace Ravatar.Client;

/// <summary>
/// Mono floats of one rate to mono 16-bit samples at 16 kHz: a polyphase filter whose state is an exact fraction, so that any split of the
/// input gives the same output and no rate drifts. The output is aligned with the input (the filter's delay is taken out).
/// </summary>
internal sealed class Resampler
{
    private const int BlockFrames = 4096;

    private readonly FilterBank _bank;
    private readonly float[] _window;
    private readonly int _wholeStep;
    private readonly int _phaseStep;
    private int _filled;
    private int _position;
    private int _phase;
    private long _consumed;
    private long _produced;

    public Resampler(int inputRate)
    {
        _bank = FilterBank.For(inputRate);
        _window = new float[_bank.Taps + BlockFrames];
        _wholeStep = _bank.Down / _bank.Up;
        _phaseStep = _bank.Down % _bank.Up;
        Reset();
    }

    /// <summary>The free space that <see cref="Commit"/> takes. Never empty.</summary>
    public Span<float> Free
    {
        get
        {
            if (_filled == _window.Length)
            {
                // Everything that could be produced has been: what lies before the next output's window is done with.
                _window.AsSpan(_position, _filled - _position).CopyTo(_window);
                _filled -= _position;
                _position = 0;
            }
            return _window.AsSpan(_filled);
        }
    }

    public void Reset()
    {
        // Silence before the first sample: the first output's window begins half a filter earlier.
        _filled = (_bank.Taps / 2) - 1;
        Array.Clear(_window, 0, _filled);
        _position = 0;
        _phase = 0;
        _consumed = 0;
        _produced = 0;
    }

    /// <summary>How many samples so many input frames can give, silence at the end included.</summary>
    public int MaxOutput(int frames) => checked((int)((((long)frames + _bank.Taps) * _bank.Up / _bank.Down) + 2));

    /// <summary>Takes frames that were written to <see cref="Free"/>, and writes the samples they complete.</summary>
    public int Commit(int frames, Span<short> output)
    {
        _filled += frames;
        _consumed += frames;
        return Produce(output, long.MaxValue);
    }

    /// <summary>Writes the samples that still wait for input, as if silence followed. <see cref="Reset"/> is due afterwards.</summary>
    public int Flush(Span<short> output)
    {
        long total = ((_consumed * _bank.Up) + _bank.Down - 1) / _bank.Down;
        int written = 0;
        for (int silence = _bank.Taps; silence > 0; )
        {
            Span<float> free = Free;
            int count = Math.Min(free.Length, silence);
            free.Slice(0, count).Clear();
            _filled += count;
            silence -= count;
            written += Produce(output.Slice(written), total);
        }
        return written;
    }

    private int Produce(Span<short> output, long total)
    {
        int taps = _bank.Taps;
        int written = 0;
        ReadOnlySpan<float> window = _window.AsSpan(0, _filled);
        while (_position + taps <= _filled && _produced < total)
        {
            ReadOnlySpan<float> input = window.Slice(_position, taps);
            float sample = _bank.IsInterpolated ? Between(input) : DotProduct.Compute(_bank.Row(_phase), input);
            output[written++] = SampleWriter.ToInt16(sample);
            _produced++;
            _position += _wholeStep;
            _phase += _phaseStep;
            if (_phase >= _bank.Up)
            {
                _phase -= _bank.Up;
                _position++;
            }
        }
        return written;
    }

    private float Between(ReadOnlySpan<float> input)
    {
        long place = (long)_phase * _bank.Phases;
        int row = (int)(place / _bank.Up);
        float share = (float)(place % _bank.Up) / _bank.Up;
        float before = DotProduct.Compute(_bank.Row(row), input);
        float after = DotProduct.Compute(_bank.Row(row + 1), input);
        return before + (share * (after - before));
    }
}
