namespace Ravatar.Client;

/// <summary>
/// Cuts a stream of 10 ms frames into utterances by what a detector says of them: pre-roll before, silence at the end, a shortest and a
/// longest. Driven by samples alone.
/// </summary>
internal sealed class UtteranceSegmenter
{
    public const int FrameBytes = SpectrumAnalyzer.FrameSamples * 2;
    private const int FrameMilliseconds = 10;

    private readonly IVoiceActivityDetector _detector;
    private readonly short[] _samples = new short[SpectrumAnalyzer.FrameSamples];
    private readonly byte[] _recent;
    private readonly int _recentCapacity;
    private readonly int _endFrames;
    private readonly int _minFrames;
    private readonly int _maxBytes;
    private int _recentStart;
    private int _recentCount;
    private WavEncoder? _utterance;
    private int _speechFrames;
    private int _silentFrames;
    private int _foreignDecisions;
    private bool _muted;

    public UtteranceSegmenter(VoiceRecorderOptions options)
    {
        _detector = options.Detector ?? new VoiceActivityDetector();
        // Decisions lag behind: what they are about must still be here, and the pre-roll before it.
        _recentCapacity = Frames(options.PreRoll) + Math.Max(0, _detector.DelayFrames) + 1;
        _recent = new byte[_recentCapacity * FrameBytes];
        _endFrames = Math.Max(1, Frames(options.EndSilence));
        _minFrames = Math.Max(1, Frames(options.MinSpeech));
        _maxBytes = Frames(options.MaxUtterance) * FrameBytes;
    }

    /// <summary>Whether an utterance has begun.</summary>
    public bool IsSpeaking => _utterance != null;

    /// <summary>Forgets what was heard, not the room's noise: what comes next does not join on to it.</summary>
    public void Restart()
    {
        _utterance = null;
        _recentCount = 0;
        Interrupt();
    }

    /// <summary>Takes the next frame; gives the utterance that it completes.</summary>
    public WavRecording? Add(ReadOnlySpan<byte> frame, bool muted)
    {
        if (muted)
        {
            // Nothing of it may be heard later, and the detector must not take it for the room's noise.
            _recentCount = 0;
        }
        else if (_muted)
        {
            Interrupt();
        }
        _muted = muted;
        bool speech = false;
        if (!muted)
        {
            SampleWriter.Read(frame, _samples, portable: !BitConverter.IsLittleEndian);
            speech = IsSpeech();
        }
        if (_utterance == null)
        {
            if (!muted)
            {
                Remember(frame);
            }
            if (!speech)
            {
                return null;
            }
            Begin();
        }
        else
        {
            _utterance.Write(frame);
        }
        _speechFrames += speech ? 1 : 0;
        _silentFrames = speech ? 0 : _silentFrames + 1;
        return _silentFrames >= _endFrames || _utterance!.DataBytes >= _maxBytes ? End() : null;
    }

    /// <summary>The source has ended: gives the utterance that was going on.</summary>
    public WavRecording? Finish()
    {
        Array.Clear(_samples, 0, _samples.Length);
        for (int i = 0; i < _detector.DelayFrames; i++)
        {
            if (IsSpeech())
            {
                if (_utterance == null)
                {
                    Begin();
                }
                _speechFrames++;
            }
        }
        // That silence was none of the room's.
        _detector.Reset();
        _foreignDecisions = 0;
        return _utterance == null ? null : End();
    }

    private bool IsSpeech()
    {
        bool speech = _detector.IsSpeech(_samples);
        if (_foreignDecisions == 0)
        {
            return speech;
        }
        _foreignDecisions--;
        return false;
    }

    // The next decisions are still about frames of before: speech that was cut off there is none of what follows.
    private void Interrupt()
    {
        _foreignDecisions = Math.Max(0, _detector.DelayFrames);
        (_detector as VoiceActivityDetector)?.Interrupt();
    }

    private void Begin()
    {
        _utterance = new WavEncoder();
        _speechFrames = 0;
        _silentFrames = 0;
        for (; _recentCount > 0; _recentCount--)
        {
            _utterance.Write(_recent.AsSpan(_recentStart * FrameBytes, FrameBytes));
            _recentStart = (_recentStart + 1) % _recentCapacity;
        }
    }

    private WavRecording? End()
    {
        WavRecording? recording = _speechFrames >= _minFrames ? _utterance!.ToRecording() : null;
        _utterance = null;
        return recording;
    }

    private void Remember(ReadOnlySpan<byte> frame)
    {
        if (_recentCount == _recentCapacity)
        {
            _recentStart = (_recentStart + 1) % _recentCapacity;
            _recentCount--;
        }
        frame.CopyTo(_recent.AsSpan((_recentStart + _recentCount) % _recentCapacity * FrameBytes));
        _recentCount++;
    }

    private static int Frames(TimeSpan duration) => (int)Math.Ceiling(duration.TotalMilliseconds / FrameMilliseconds);
}
