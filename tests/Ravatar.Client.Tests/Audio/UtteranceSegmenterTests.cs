using System.Buffers.Binary;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class UtteranceSegmenterTests
{
    private int _next;

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void An_utterance_has_its_pre_roll_its_speech_and_the_silence_that_ended_it(int delay)
    {
        UtteranceSegmenter segmenter = Make(new() { Detector = new LoudnessDetector(delay) });

        List<int[]> utterances = Run(segmenter, Quiet(100), Loud(50), Quiet(90 + delay));

        // Quiet frames are numbered 0…99, loud ones 100…149.
        int[] utterance = Assert.Single(utterances);
        Assert.Equal(Enumerable.Range(100 - 30, 30 + 50 + 90 + delay), utterance);
        Assert.False(segmenter.IsSpeaking);
    }

    [Fact]
    public void Short_gaps_do_not_end_it()
    {
        UtteranceSegmenter segmenter = Make();

        Assert.Empty(Run(segmenter, Loud(30), Quiet(89), Loud(30), Quiet(89)));
        Assert.True(segmenter.IsSpeaking);
        Assert.Single(Run(segmenter, Quiet(1)));
    }

    [Fact]
    public void A_cough_is_no_utterance()
    {
        UtteranceSegmenter segmenter = Make();

        Assert.Empty(Run(segmenter, Quiet(50), Loud(19), Quiet(300)));
        Assert.Single(Run(segmenter, Loud(20), Quiet(90)));
    }

    [Fact]
    public void The_longest_utterance_is_cut_and_the_next_one_carries_on_without_a_gap()
    {
        UtteranceSegmenter segmenter = Make();

        List<int[]> utterances = Run(segmenter, Loud(2_000), Quiet(90));

        Assert.Equal(2, utterances.Count);
        Assert.Equal(Enumerable.Range(0, 1_500), utterances[0]);
        Assert.Equal(Enumerable.Range(1_500, 590), utterances[1]);
    }

    [Fact]
    public void The_end_of_the_source_ends_the_utterance()
    {
        UtteranceSegmenter segmenter = Make(new() { Detector = new LoudnessDetector(7) });

        // The last 7 frames are decided at the end only: without them 14 frames of speech would be too few.
        Assert.Empty(Run(segmenter, Quiet(10), Loud(21)));
        Assert.Equal(31, Numbers(segmenter.Finish()!).Length);
        Assert.Null(segmenter.Finish());
    }

    [Fact]
    public void What_is_muted_is_silence_and_is_never_heard_later()
    {
        var detector = new LoudnessDetector();
        UtteranceSegmenter segmenter = Make(new() { Detector = detector });

        Assert.Empty(Run(segmenter, muted: true, Loud(50)));
        Assert.False(segmenter.IsSpeaking);
        int[] utterance = Assert.Single(Run(segmenter, Loud(50), Quiet(90)));
        Assert.Equal(50, utterance[0]);

        Run(segmenter, Loud(50));
        Assert.Single(Run(segmenter, muted: true, Loud(90)));
    }

    [Fact]
    public void A_restart_forgets_what_was_begun()
    {
        UtteranceSegmenter segmenter = Make();
        Run(segmenter, Loud(50));

        segmenter.Restart();

        Assert.False(segmenter.IsSpeaking);
        Assert.Null(segmenter.Finish());
    }

    [Fact]
    public void Decisions_about_what_lies_before_a_restart_are_none_about_what_comes_after_it()
    {
        UtteranceSegmenter segmenter = MakeLate();
        Run(segmenter, Loud(50));
        segmenter.Restart();
        Assert.Empty(Run(segmenter, Quiet(200)));

        Run(segmenter, Loud(50));
        segmenter.Restart();
        Assert.Null(segmenter.Finish());
        // Nor does anything of it hold up what is said next.
        Assert.Single(Run(segmenter, Loud(1), Quiet(97)));
    }

    [Fact]
    public void Speech_that_was_muted_in_the_middle_is_none_of_what_comes_after_it()
    {
        UtteranceSegmenter segmenter = MakeLate();
        Run(segmenter, Loud(10));
        Assert.Single(Run(segmenter, muted: true, Loud(200)));

        Assert.Empty(Run(segmenter, Quiet(200)));
        Assert.Single(Run(segmenter, Loud(1), Quiet(97)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_quiet_room_after_speech_that_was_cut_off_is_no_utterance(bool muted)
    {
        var segmenter = new UtteranceSegmenter(new VoiceRecorderOptions());
        double[] speech = VoiceActivityDetectorTests.Mix(VoiceActivityDetectorTests.Speech(1), at: 2, seconds: 3, level: 0.5, noise: 0.005);
        Assert.Empty(Run(segmenter, speech));
        Assert.True(segmenter.IsSpeaking);
        if (muted)
        {
            Assert.Single(Run(segmenter, new double[16_000], muted: true));
        }
        else
        {
            segmenter.Restart();
        }

        Assert.Empty(Run(segmenter, Signal.Noise(3 * 16_000, 0.005, seed: 7)));
        Assert.False(segmenter.IsSpeaking);
    }

    private static UtteranceSegmenter MakeLate() => Make(new() { Detector = new LoudnessDetector(7), MinSpeech = TimeSpan.Zero });

    private static UtteranceSegmenter Make(VoiceRecorderOptions? options = null) =>
        new(options ?? new VoiceRecorderOptions { Detector = new LoudnessDetector() });

    private static bool[] Loud(int frames) => [.. Enumerable.Repeat(true, frames)];

    private static bool[] Quiet(int frames) => new bool[frames];

    private List<int[]> Run(UtteranceSegmenter segmenter, params bool[][] parts) => Run(segmenter, false, parts);

    /// <summary>Feeds frames that carry their number, and gives the numbers in each utterance.</summary>
    private List<int[]> Run(UtteranceSegmenter segmenter, bool muted, params bool[][] parts)
    {
        var utterances = new List<int[]>();
        foreach (bool loud in parts.SelectMany(p => p))
        {
            var frame = new byte[320];
            BinaryPrimitives.WriteInt16LittleEndian(frame, (short)(loud ? 5_000 : 1));
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), _next++);
            if (segmenter.Add(frame, muted) is { } utterance)
            {
                utterances.Add(Numbers(utterance));
            }
        }
        return utterances;
    }

    private static List<WavRecording> Run(UtteranceSegmenter segmenter, double[] signal, bool muted = false)
    {
        byte[] pcm = Signal.Encode(signal, AudioFormat.Voice);
        var utterances = new List<WavRecording>();
        for (int at = 0; at < pcm.Length; at += UtteranceSegmenter.FrameBytes)
        {
            if (segmenter.Add(pcm.AsSpan(at, UtteranceSegmenter.FrameBytes), muted) is { } utterance)
            {
                utterances.Add(utterance);
            }
        }
        return utterances;
    }

    private static int[] Numbers(WavRecording recording) =>
        [
            .. Enumerable
                .Range(0, recording.Pcm.Length / 320)
                .Select(i => BinaryPrimitives.ReadInt32LittleEndian(recording.Pcm.Span.Slice((i * 320) + 4))),
        ];
}
