using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>Scores voice activity detectors on <see cref="VadSet"/>: F1 of the frame decisions, and the ends of utterances found.</summary>
internal static class VadScore
{
    private static readonly double[] s_levels = [20, 10, 5];

    public static async Task<int> RunAsync(string[] args)
    {
        VadSet set = await VadSet.MakeAsync(scored: args is not ["tune", ..]);
        Console.WriteLine(
            FormattableString.Invariant(
                $"{set.Clean.Length / 16_000.0:F1} s, {100.0 * set.Truth.Count(t => t) / set.Truth.Length:F0} % speech, {set.LongPauses.Count} pauses of 1.2 s or more"
            )
        );
        foreach (double level in s_levels)
        {
            short[] noisy = await set.WithNoiseAsync(level);
            foreach (
                (string name, IVoiceActivityDetector detector) in (ReadOnlySpan<(string, IVoiceActivityDetector)>)
                    [("this", new VoiceActivityDetector()), ("RMS >= 0.02", new RmsRule())]
            )
            {
                bool[] decisions = Decide(detector, noisy);
                (double precision, double recall, double f1) = Score(set.Truth, decisions);
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{level, 3} dB  {name, -12} F1 {f1:F3} (precision {precision:F3}, recall {recall:F3}), ends {Ends(set, decisions)}/{set.LongPauses.Count}"
                    )
                );
            }
        }
        return 0;
    }

    internal static bool[] Decide(IVoiceActivityDetector detector, short[] samples)
    {
        int frames = samples.Length / 160;
        var decisions = new bool[frames];
        var silence = new short[160];
        for (int f = 0; f < frames + detector.DelayFrames; f++)
        {
            bool speech = detector.IsSpeech(f < frames ? samples.AsSpan(f * 160, 160) : silence);
            if (f >= detector.DelayFrames)
            {
                decisions[f - detector.DelayFrames] = speech;
            }
        }
        return decisions;
    }

    internal static (double Precision, double Recall, double F1) Score(bool[] truth, bool[] decisions)
    {
        double hits = truth.Zip(decisions).Count(p => p.First && p.Second);
        double precision = hits / Math.Max(1, decisions.Count(d => d));
        double recall = hits / truth.Count(t => t);
        return (precision, recall, 2 * precision * recall / Math.Max(1e-9, precision + recall));
    }

    // An end is found when 900 ms of silence are seen inside the pause.
    internal static int Ends(VadSet set, bool[] decisions) =>
        set.LongPauses.Count(pause =>
        {
            int silent = 0;
            for (int f = pause.Start; f < pause.End; f++)
            {
                silent = decisions[f] ? 0 : silent + 1;
                if (silent >= 90)
                {
                    return true;
                }
            }
            return false;
        });

    /// <summary>What RAVATAR's web client does: RMS of at least 0.02 is speech.</summary>
    private sealed class RmsRule : IVoiceActivityDetector
    {
        public int DelayFrames => 0;

        public bool IsSpeech(ReadOnlySpan<short> frame)
        {
            double sum = 0;
            foreach (short s in frame)
            {
                sum += (double)s * s;
            }
            return Math.Sqrt(sum / frame.Length) / 32768 >= 0.02;
        }

        public void Reset() { }
    }
}
