namespace Ravatar.Client.Tests;

/// <summary>A detector whose decisions a test can count on: a frame whose first sample is large is speech.</summary>
internal sealed class LoudnessDetector(int delayFrames = 0) : IVoiceActivityDetector
{
    private readonly Queue<bool> _pending = new();

    public int DelayFrames => delayFrames;

    public bool IsSpeech(ReadOnlySpan<short> frame)
    {
        _pending.Enqueue(Math.Abs((int)frame[0]) >= 1_000);
        return _pending.Count > delayFrames && _pending.Dequeue();
    }

    public void Reset() => _pending.Clear();
}
