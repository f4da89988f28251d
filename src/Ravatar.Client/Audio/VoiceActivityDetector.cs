namespace Ravatar.Client;

/// <summary>
/// The SDK's own voice activity detection: the power in twelve bands from 250 to 3,600 Hz against a noise floor that adapts to each of
/// them. It needs no level to be set, and holds in noise that would keep a plain loudness threshold open for good.
/// </summary>
/// <remarks>
/// Scored on speech in pink noise; the figures are in <c>docs/audio.md</c>. After a sudden louder noise it takes up to 3 s to take that for the
/// floor. Decisions lag 70 ms behind.
/// </remarks>
public sealed class VoiceActivityDetector : IVoiceActivityDetector
{
    // The mean over the bands of γ − 1 − ln γ, the log-likelihood ratio of speech whose power is what was seen beyond the noise.
    private const float SpeechScore = 0.6f;

    // One loud band is no speech: a click, a whistle. Nor does a very loud frame count for seconds.
    private const float MaxBandScore = 20;

    // A decision looks at the mean score of 30 ms to either side of its frame, begins 40 ms early and ends 90 ms late: words have gaps.
    private const int SmoothFrames = 3;
    private const int LookAheadFrames = 4;
    private const int HoldFrames = 9;

    // The mean over the first 200 ms is taken for noise. A smallest power means something once the smoothing has settled.
    private const int StartFrames = 20;
    private const int SettleFrames = 10;
    private const int FirstScoredFrame = 5;
    private const float NoiseRate = 0.02f;

    // The floor keeps to between the smallest power of the last 1.5 to 3 s and four times that: speech has gaps within that time.
    private const int MinimumFrames = 150;
    private const float MaxNoiseOverMinimum = 4;

    // About −70 dBFS. What is quieter is never speech, whatever lies below it.
    private const float LowestNoise = 1e-7f;

    private readonly SpectrumAnalyzer _spectrum = new();
    private readonly float[] _scores = new float[(2 * SmoothFrames) + 1];
    private readonly float[] _power = new float[SpectrumAnalyzer.Bands];
    private readonly float[] _smoothed = new float[SpectrumAnalyzer.Bands];
    private readonly float[] _noise = new float[SpectrumAnalyzer.Bands];
    private readonly float[] _minimum = new float[SpectrumAnalyzer.Bands];
    private readonly float[] _nextMinimum = new float[SpectrumAnalyzer.Bands];
    private long _frames;
    private int _hold;
    private bool _interrupted;

    /// <summary>7 frames: 70 ms.</summary>
    public int DelayFrames => SmoothFrames + LookAheadFrames;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The frame has not 160 samples.</exception>
    public bool IsSpeech(ReadOnlySpan<short> frame)
    {
        if (frame.Length != SpectrumAnalyzer.FrameSamples)
        {
            throw new ArgumentException("A frame is 10 ms: 160 samples at 16 kHz.", nameof(frame));
        }
        _spectrum.Analyze(frame, _power);
        if (_interrupted)
        {
            // Half of the spectrum's window lies before the gap: the step between the two is neither noise nor speech.
            _interrupted = false;
            return false;
        }
        TrackMinimum();
        float score = Score();
        TrackNoise(isNoise: score < SpeechScore);
        _scores[_frames % _scores.Length] = score;
        _frames++;

        if (MeanScore() > SpeechScore)
        {
            _hold = LookAheadFrames + 1 + HoldFrames;
        }
        else if (_hold > 0)
        {
            _hold--;
        }
        return _hold > 0 && _frames > DelayFrames;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        Interrupt();
        _spectrum.Reset();
        _frames = 0;
        _interrupted = false;
    }

    /// <summary>Audio is missing before the next frame: forgets what was said, and keeps the room's noise.</summary>
    internal void Interrupt()
    {
        Array.Clear(_scores, 0, _scores.Length);
        _hold = 0;
        _interrupted = _frames > 0;
    }

    private float Score()
    {
        float sum = 0;
        float weights = 0;
        for (int b = 0; b < _power.Length; b++)
        {
            // Wide bands average more bins: their power says more.
            float weight = (float)Math.Sqrt(SpectrumAnalyzer.WidthOf(b));
            weights += weight;
            float ratio = _frames < FirstScoredFrame ? 1 : _power[b] / _noise[b];
            if (ratio > 1)
            {
                sum += weight * Math.Min(MaxBandScore, ratio - 1 - (float)Math.Log(ratio));
            }
        }
        return sum / weights;
    }

    private void TrackMinimum()
    {
        bool begins = _frames < SettleFrames;
        bool turns = _frames % MinimumFrames == MinimumFrames - 1;
        for (int b = 0; b < _power.Length; b++)
        {
            _smoothed[b] = _frames == 0 ? _power[b] : _smoothed[b] + (0.2f * (_power[b] - _smoothed[b]));
            _minimum[b] = begins ? _smoothed[b] : Math.Min(_minimum[b], _smoothed[b]);
            _nextMinimum[b] = begins ? _smoothed[b] : Math.Min(_nextMinimum[b], _smoothed[b]);
            if (turns)
            {
                _minimum[b] = _nextMinimum[b];
                _nextMinimum[b] = _smoothed[b];
            }
        }
    }

    private void TrackNoise(bool isNoise)
    {
        // If somebody speaks from the start, the minimum corrects it in the first gap.
        float rate = NoiseRate;
        if (_frames < StartFrames)
        {
            // The first frame's window is half empty: the second takes its place.
            rate = 1f / Math.Max(1, _frames);
            isNoise = true;
        }
        for (int b = 0; b < _power.Length; b++)
        {
            float noise = isNoise ? _noise[b] + (rate * (_power[b] - _noise[b])) : _noise[b];
            noise = Math.Max(_minimum[b], Math.Min(noise, _minimum[b] * MaxNoiseOverMinimum));
            _noise[b] = Math.Max(noise, LowestNoise);
        }
    }

    private float MeanScore()
    {
        float sum = 0;
        foreach (float score in _scores)
        {
            sum += score;
        }
        return sum / _scores.Length;
    }
}
