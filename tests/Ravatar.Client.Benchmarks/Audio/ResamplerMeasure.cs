using System.Diagnostics;
using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>Measures the conversion to 16 kHz: what folds back, how flat the pass band is, noise, speed and allocation; sox beside it for speed.</summary>
internal static class ResamplerMeasure
{
    private const double Amplitude = 0.9;

    public static async Task<int> RunAsync()
    {
        foreach (int rate in (int[])[48_000, 44_100, 96_000, 47_999])
        {
            Print($"{rate} Hz: alias of 10 kHz", Alias(rate, 10_000), "dB");
            Print($"{rate} Hz: alias of 14 kHz", Alias(rate, 14_000), "dB");
            Print($"{rate} Hz: worst alias of 8.0 to 20 kHz, every 50 Hz", Enumerable.Range(161, 240).Max(i => Alias(rate, i * 50)), "dB");
            Print(
                $"{rate} Hz: worst change of level up to 7 kHz, every 50 Hz",
                Enumerable.Range(1, 140).Max(i => Math.Abs(Change(rate, i * 50))),
                "dB"
            );
            Print($"{rate} Hz: SNR of 997 Hz, 0.9 full scale, 16-bit out", SignalToNoise(rate), "dB");
        }
        foreach (
            (int rate, int channels, AudioEncoding encoding) in ((int, int, AudioEncoding)[])
                [
                    (48_000, 2, AudioEncoding.Float32),
                    (44_100, 2, AudioEncoding.Float32),
                    (48_000, 1, AudioEncoding.Int16),
                    (47_999, 2, AudioEncoding.Float32),
                ]
        )
        {
            Speed(new AudioFormat(rate, channels, encoding));
        }
        VadSpeed();
        await SoxSpeedAsync();
        return 0;
    }

    private static double Alias(int rate, double frequency)
    {
        double folded = Math.Abs(frequency - (16_000 * Math.Round(frequency / 16_000)));
        // A quiet tone beside it keeps the rounding to 16 bits from hiding what is smaller than half a step.
        return 20 * Math.Log10(Math.Max(1e-8, Fit(Tone(rate, frequency, Amplitude, probe: 0.05), folded).Amplitude / Amplitude));
    }

    private static double Change(int rate, double frequency) => 20 * Math.Log10(Fit(Tone(rate, frequency, 0.5), frequency).Amplitude / 0.5);

    private static double SignalToNoise(int rate) => Fit(Tone(rate, 997, Amplitude), 997).SignalToNoise;

    private static short[] Tone(int rate, double frequency, double amplitude, double probe = 0)
    {
        var format = new AudioFormat(rate, 1, AudioEncoding.Float32);
        int frames = rate * 5 / 4;
        var input = new byte[frames * 4];
        for (int i = 0; i < frames; i++)
        {
            double t = (double)i / rate;
            double x = (amplitude * Math.Sin(2 * Math.PI * frequency * t)) + (probe * Math.Sin(2 * Math.PI * 997 * t));
            BitConverter.TryWriteBytes(input.AsSpan(4 * i), (float)x);
        }
        var converter = new PcmConverter(format);
        var output = new byte[converter.GetMaxOutputBytes(input.Length)];
        int written = converter.Convert(input, output);
        var samples = new short[written / 2];
        Buffer.BlockCopy(output, 0, samples, 0, written);
        // The filter's beginning is not the tone's. Exactly a second: tones of whole frequencies do not leak into each other.
        return samples[1_000..17_000];
    }

    private static (double Amplitude, double SignalToNoise) Fit(short[] samples, double frequency)
    {
        double cc = 0,
            ss = 0,
            cs = 0,
            xc = 0,
            xs = 0,
            xx = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            (double s, double c) = Math.SinCos(2 * Math.PI * frequency * i / 16_000);
            double x = samples[i] / 32768.0;
            cc += c * c;
            ss += s * s;
            cs += c * s;
            xc += x * c;
            xs += x * s;
            xx += x * x;
        }
        double determinant = (cc * ss) - (cs * cs);
        if (Math.Abs(determinant) < 1e-6)
        {
            // What folds to 0 Hz is a constant.
            return (Math.Abs(samples.Average(x => x / 32768.0)), 0);
        }
        double a = ((xc * ss) - (xs * cs)) / determinant;
        double b = ((xs * cc) - (xc * cs)) / determinant;
        double signal = (a * xc) + (b * xs);
        return (Math.Sqrt((a * a) + (b * b)), 10 * Math.Log10(signal / Math.Max(1e-20, xx - signal)));
    }

    private static void Speed(AudioFormat format)
    {
        var input = new byte[format.BytesPerSecond / 50];
        var random = new Random(1);
        for (int i = 0; i + 4 <= input.Length; i += 4)
        {
            BitConverter.TryWriteBytes(input.AsSpan(i), (float)(random.NextDouble() - 0.5));
        }
        var converter = new PcmConverter(format);
        var output = new byte[converter.GetMaxOutputBytes(input.Length)];
        double best = 0;
        long allocated = 0;
        for (int round = 0; round < 8; round++)
        {
            TimeSpan start = CpuTime();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50 * 300; i++)
            {
                converter.Convert(input, output);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            best = Math.Max(best, 300 / (CpuTime() - start).TotalSeconds);
        }
        Print($"{format} in 20 ms buffers", best, "x real time of one core's time, best of 8");
        Print($"{format}, allocated per second of audio", allocated / 300.0, "bytes");
    }

    private static void VadSpeed()
    {
        var frame = new short[160];
        var random = new Random(1);
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (short)random.Next(-5_000, 5_000);
        }
        var detector = new VoiceActivityDetector();
        double best = 0;
        long allocated = 0;
        for (int round = 0; round < 5; round++)
        {
            TimeSpan start = CpuTime();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100 * 300; i++)
            {
                detector.IsSpeech(frame);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            best = Math.Max(best, 300 / (CpuTime() - start).TotalSeconds);
        }
        Print("voice activity detection", best, "x real time of one core's time, best of 5");
        Print("voice activity detection, allocated per second of audio", allocated / 300.0, "bytes");
    }

    private static async Task SoxSpeedAsync()
    {
        string path = Path.GetTempFileName() + ".wav";
        try
        {
            await RunAsync(
                "sox",
                "-R",
                "-n",
                "-r",
                "48000",
                "-b",
                "32",
                "-e",
                "floating-point",
                "-c",
                "2",
                path,
                "synth",
                "300",
                "pinknoise",
                "vol",
                "0.5"
            );
            double best = 0;
            for (int round = 0; round < 3; round++)
            {
                best = Math.Max(best, 300 / await SoxCpuSecondsAsync(path));
            }
            Print("sox rate -h, 48000 Hz stereo float file", best, "x real time of one core's time, best of 3, process start included");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("sox is not installed: not measured");
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The shell tells how much time of a core the program took, not how long it waited for one.
    private static async Task<double> SoxCpuSecondsAsync(string path)
    {
        string command = $"TIMEFORMAT='%U %S'; time sox -D --single-threaded '{path}' -c 1 -b 16 -t raw /dev/null rate -h 16000";
        using Process shell = Process.Start(
            new ProcessStartInfo("bash", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true }
        )!;
        string[] times = (await shell.StandardError.ReadToEndAsync()).Trim().Split(' ');
        await shell.WaitForExitAsync();
        return times.Sum(t => double.Parse(t, CultureInfo.InvariantCulture));
    }

    private static TimeSpan CpuTime() => Process.GetCurrentProcess().TotalProcessorTime;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
    }

    private static void Print(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what, -75} {value, 10:F3} {unit}"));
}
