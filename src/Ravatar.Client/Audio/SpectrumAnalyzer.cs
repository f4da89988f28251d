namespace Ravatar.Client;

/// <summary>The power of 20 ms of audio in bands between 250 and 3,600 Hz, where most of speech and little of other sound is.</summary>
internal sealed class SpectrumAnalyzer
{
    public const int FrameSamples = 160;
    private const int WindowSamples = 2 * FrameSamples;
    private const int Size = 512;

    // Borders of the bands, as bins of 31.25 Hz: about equally wide to the ear.
    private static readonly int[] s_borders = [8, 12, 16, 20, 25, 31, 38, 46, 56, 68, 82, 98, 116];
    private static readonly float[] s_window = MakeWindow();
    private static readonly float[] s_cos = [.. Enumerable.Range(0, Size / 2).Select(i => (float)Math.Cos(2 * Math.PI * i / Size))];
    private static readonly float[] s_sin = [.. Enumerable.Range(0, Size / 2).Select(i => (float)Math.Sin(2 * Math.PI * i / Size))];
    private static readonly int[] s_reversed = MakeReversed();

    private readonly float[] _last = new float[FrameSamples];
    private readonly float[] _real = new float[Size];
    private readonly float[] _imaginary = new float[Size];

    public static int Bands => s_borders.Length - 1;

    /// <summary>How many bins of the spectrum a band holds.</summary>
    public static int WidthOf(int band) => s_borders[band + 1] - s_borders[band];

    public void Reset() => Array.Clear(_last, 0, _last.Length);

    /// <summary>The mean power of each band's bins, where 1 is about that of white noise at full scale.</summary>
    public void Analyze(ReadOnlySpan<short> frame, Span<float> bands)
    {
        Array.Clear(_imaginary, 0, Size);
        for (int i = 0; i < Size; i++)
        {
            int at = s_reversed[i];
            float sample = 0;
            if (at < FrameSamples)
            {
                sample = _last[at];
            }
            else if (at < WindowSamples)
            {
                sample = frame[at - FrameSamples] * (1f / 32768f);
            }
            _real[i] = at < WindowSamples ? sample * s_window[at] : 0;
        }
        for (int i = 0; i < FrameSamples; i++)
        {
            _last[i] = frame[i] * (1f / 32768f);
        }
        Transform(_real, _imaginary);
        for (int b = 0; b < bands.Length; b++)
        {
            float sum = 0;
            for (int k = s_borders[b]; k < s_borders[b + 1]; k++)
            {
                sum += (_real[k] * _real[k]) + (_imaginary[k] * _imaginary[k]);
            }
            bands[b] = sum / WidthOf(b);
        }
    }

    // The usual radix-2 transform, decimated in time; the input is in bit-reversed order.
    private static void Transform(float[] real, float[] imaginary)
    {
        for (int half = 1; half < Size; half *= 2)
        {
            int step = Size / (2 * half);
            for (int start = 0; start < Size; start += 2 * half)
            {
                for (int k = 0; k < half; k++)
                {
                    float c = s_cos[k * step];
                    float s = s_sin[k * step];
                    int low = start + k;
                    int high = low + half;
                    float r = (real[high] * c) + (imaginary[high] * s);
                    float i = (imaginary[high] * c) - (real[high] * s);
                    real[high] = real[low] - r;
                    imaginary[high] = imaginary[low] - i;
                    real[low] += r;
                    imaginary[low] += i;
                }
            }
        }
    }

    // A Hann window whose power sums up to 1, so that levels do not depend on its length.
    private static float[] MakeWindow()
    {
        double[] hann =
        [
            .. Enumerable.Range(0, WindowSamples).Select(i => 0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / WindowSamples))),
        ];
        double norm = Math.Sqrt(hann.Sum(w => w * w));
        return [.. hann.Select(w => (float)(w / norm))];
    }

    private static int[] MakeReversed()
    {
        var reversed = new int[Size];
        for (int i = 0; i < Size; i++)
        {
            for (int bit = 1, mirror = Size / 2; bit < Size; bit *= 2, mirror /= 2)
            {
                reversed[i] |= (i & bit) != 0 ? mirror : 0;
            }
        }
        return reversed;
    }
}
