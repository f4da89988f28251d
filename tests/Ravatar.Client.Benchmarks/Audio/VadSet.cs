using System.Diagnostics;
using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>
/// Speech with known pauses, made by espeak-ng, and sox's pink noise at a given distance below it. The same seed gives the same set. Two sets:
/// one whose voices and sentences the detector was tuned on, and one, with others, that is scored.
/// </summary>
internal sealed class VadSet
{
    private const int Rate = 16_000;
    private const int Hop = 160;
    private const int TruthWindow = 320;

    private static readonly string[] s_scoredVoices = ["en-us", "en-gb", "en-gb-x-rp+f3", "en-029+m5", "en-us+f2"];
    private static readonly string[] s_tuningVoices =
    [
        "en-gb-scotland+m2",
        "en-gb-x-gbclan+f4",
        "en-us+m7",
        "en-gb-x-gbcwmd+f1",
        "en-029+f5",
    ];

    private static readonly string[] s_scoredSentences =
    [
        "Good morning, what can you do for me today?",
        "Please show me the nearest station on the map.",
        "I would like to book a table for four people.",
        "Thanks, that is all I wanted to know.",
        "How long does the museum stay open on Sundays?",
        "Seven sixty nine, fifth street, second floor.",
        "Could you repeat that a little more slowly?",
        "The parcel has not arrived yet, where is it?",
    ];

    private static readonly string[] s_tuningSentences =
    [
        "When does the next train to the airport leave?",
        "My order number is four two eight one nine.",
        "Tell me something about the history of this house.",
        "No, I meant the blue one on the left.",
        "Which exhibits are suitable for small children?",
        "Yes, please send the receipt by mail.",
        "She sells fresh fish at the harbour every week.",
        "Stop, go back, and start from the beginning.",
    ];

    private VadSet(short[] clean, bool[] truth, IReadOnlyList<(int Start, int End)> longPauses)
    {
        Clean = clean;
        Truth = truth;
        LongPauses = longPauses;
    }

    /// <summary>The speech without noise, 16 kHz.</summary>
    public short[] Clean { get; }

    /// <summary>For every 10 ms whether there is speech: the clean 20 ms RMS lies within 40 dB of the loudest.</summary>
    public bool[] Truth { get; }

    /// <summary>The pauses of at least 1.2 s after a sentence, in 10 ms frames.</summary>
    public IReadOnlyList<(int Start, int End)> LongPauses { get; }

    public static async Task<VadSet> MakeAsync(bool scored, int seed = 20_260)
    {
        var random = new Random(scored ? seed : seed + 1);
        string folder = Directory.CreateTempSubdirectory("vad-set").FullName;
        try
        {
            var samples = new List<short>(new short[Rate]);
            foreach (string voice in scored ? s_scoredVoices : s_tuningVoices)
            {
                foreach (string sentence in scored ? s_scoredSentences : s_tuningSentences)
                {
                    samples.AddRange(await SpeakAsync(folder, voice, sentence));
                    samples.AddRange(new short[(int)(Rate * (0.4 + (2.6 * random.NextDouble())))]);
                }
            }
            samples.AddRange(new short[2 * Rate]);
            short[] clean = [.. samples.Take(samples.Count / Hop * Hop)];
            bool[] truth = TruthOf(clean);
            return new VadSet(clean, truth, LongPausesOf(truth));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The speech with pink noise, <paramref name="decibels"/> below the speech's own level (its RMS where there is speech).</summary>
    public async Task<short[]> WithNoiseAsync(double decibels)
    {
        string path = Path.GetTempFileName() + ".wav";
        try
        {
            string seconds = ((Clean.Length / (double)Rate) + 1).ToString(CultureInfo.InvariantCulture);
            await RunAsync("sox", "-R", "-n", "-r", "16000", "-b", "16", "-c", "1", path, "synth", seconds, "pinknoise", "vol", "0.5");
            short[] noise = await ReadAsync(path);
            double speech = 0;
            int count = 0;
            for (int i = 0; i < Clean.Length; i++)
            {
                if (Truth[i / Hop])
                {
                    speech += (double)Clean[i] * Clean[i];
                    count++;
                }
            }
            double noisePower = noise.Take(Clean.Length).Average(s => (double)s * s);
            double gain = Math.Sqrt(speech / count / noisePower) * Math.Pow(10, -decibels / 20);
            return [.. Clean.Select((s, i) => (short)Math.Clamp(Math.Round(s + (gain * noise[i])), -32768, 32767))];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<short[]> SpeakAsync(string folder, string voice, string sentence)
    {
        string raw = Path.Combine(folder, "raw.wav");
        string converted = Path.Combine(folder, "16k.wav");
        await RunAsync("espeak-ng", "-v", voice, "-w", raw, sentence);
        await RunAsync("sox", "-R", raw, "-r", "16000", "-b", "16", "-c", "1", converted, "gain", "-6", "rate", "-h");
        return await ReadAsync(converted);
    }

    private static bool[] TruthOf(short[] clean)
    {
        var rms = new double[clean.Length / Hop];
        for (int f = 0; f < rms.Length; f++)
        {
            double sum = 0;
            // 20 ms around the middle of the 10 ms.
            int from = Math.Max(0, (f * Hop) + (Hop / 2) - (TruthWindow / 2));
            int to = Math.Min(clean.Length, from + TruthWindow);
            for (int i = from; i < to; i++)
            {
                sum += (double)clean[i] * clean[i];
            }
            rms[f] = Math.Sqrt(sum / (to - from));
        }
        double threshold = rms.Max() / 100;
        return [.. rms.Select(r => r >= threshold)];
    }

    private static List<(int Start, int End)> LongPausesOf(bool[] truth)
    {
        var pauses = new List<(int Start, int End)>();
        int last = -1;
        for (int f = 0; f < truth.Length; f++)
        {
            if (truth[f])
            {
                if (last >= 0 && f - last - 1 >= 120)
                {
                    pauses.Add((last + 1, f));
                }
                last = f;
            }
        }
        pauses.Add((last + 1, truth.Length));
        return pauses;
    }

    private static async Task<short[]> ReadAsync(string path)
    {
        await using WavAudioSource source = await WavAudioSource.OpenAsync(path);
        await source.StartAsync();
        var reader = new PcmFrameReader(source, PcmTail.Short);
        var frame = new byte[PcmFramer.BytesPerFrame];
        var samples = new List<short>();
        while (await reader.ReadFrameAsync(frame) is var count and > 0)
        {
            for (int i = 0; i < count; i += 2)
            {
                samples.Add(BitConverter.ToInt16(frame, i));
            }
        }
        return [.. samples];
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }
}
