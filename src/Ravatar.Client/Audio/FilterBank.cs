using System.Collections.Concurrent;

namespace Ravatar.Client;

/// <summary>
/// The low-pass filter of one sample rate, cut into phases: row p holds the taps for an output that lies p/<see cref="Phases"/> of an input
/// sample behind the input. Immutable, and shared by all converters of that rate.
/// </summary>
/// <remarks>
/// A Kaiser-windowed sinc. Its stop band begins exactly at half the lower of the two rates, so nothing folds back at all, and its pass band
/// ends about 900 Hz below that when the output is the lower one.
/// </remarks>
internal sealed class FilterBank
{
    public const int OutputRate = 16_000;

    private const double StopBandDecibels = 112;
    private const int TapsAtLowerRate = 128;

    // 512 KiB. Rates whose exact bank would be larger share 1,024 phases (at the lower rate) and interpolate between them.
    private const int MaxCoefficients = 128 * 1024;
    private const int InterpolatedPhasesAtLowerRate = 1_023;

    // Weak, so that rates no longer in use cost nothing.
    private static readonly ConcurrentDictionary<int, WeakReference<FilterBank>> s_banks = new();

    private readonly float[] _coefficients;

    private FilterBank(int inputRate)
    {
        int divisor = GreatestCommonDivisor(inputRate, OutputRate);
        Up = OutputRate / divisor;
        Down = inputRate / divisor;
        int lowerRate = Math.Min(inputRate, OutputRate);
        int taps = (int)Math.Ceiling(TapsAtLowerRate * (double)inputRate / lowerRate);
        Taps = (taps + DotProduct.Lanes - 1) / DotProduct.Lanes * DotProduct.Lanes;
        IsInterpolated = (long)Up * Taps > MaxCoefficients;
        Phases = IsInterpolated ? Math.Max(64, (int)((long)InterpolatedPhasesAtLowerRate * lowerRate / inputRate)) : Up;

        int rows = IsInterpolated ? Phases + 1 : Phases;
        _coefficients = new float[rows * Taps];
        double stop = lowerRate / 2.0 / inputRate;
        double transition = (StopBandDecibels - 7.95) / (14.36 * Taps);
        double cutoff = stop - (transition / 2);
        var row = new double[Taps];
        for (int p = 0; p < rows; p++)
        {
            FillRow(row, (double)p / Phases, cutoff);
            for (int k = 0; k < Taps; k++)
            {
                _coefficients[(p * Taps) + k] = (float)row[k];
            }
        }
    }

    /// <summary>Output samples per <see cref="Down"/> input samples.</summary>
    public int Up { get; }

    /// <summary>Input samples per <see cref="Up"/> output samples.</summary>
    public int Down { get; }

    /// <summary>Taps of one phase, a multiple of <see cref="DotProduct.Lanes"/>: half of them before the output's place, half behind.</summary>
    public int Taps { get; }

    /// <summary>Rows of the bank that lie within one input sample.</summary>
    public int Phases { get; }

    /// <summary>Whether outputs lie between rows. There is one row more then, for the end of the sample.</summary>
    public bool IsInterpolated { get; }

    public static FilterBank For(int inputRate)
    {
        WeakReference<FilterBank> slot = s_banks.GetOrAdd(inputRate, static _ => new WeakReference<FilterBank>(null!));
        lock (slot)
        {
            if (!slot.TryGetTarget(out FilterBank? bank))
            {
                bank = new FilterBank(inputRate);
                slot.SetTarget(bank);
            }
            return bank;
        }
    }

    public ReadOnlySpan<float> Row(int phase) => _coefficients.AsSpan(phase * Taps, Taps);

    private void FillRow(double[] row, double offset, double cutoff)
    {
        double beta = 0.1102 * (StopBandDecibels - 8.7);
        double half = Taps / 2.0;
        double sum = 0;
        for (int k = 0; k < row.Length; k++)
        {
            double t = k - (half - 1) - offset;
            double x = t / half;
            double window = Bessel(beta * Math.Sqrt(Math.Max(0, 1 - (x * x))));
            double angle = 2 * Math.PI * cutoff * t;
            row[k] = window * (Math.Abs(angle) < 1e-9 ? 1 : Math.Sin(angle) / angle);
            sum += row[k];
        }
        // Each row passes a constant unchanged, so that no ripple appears between the phases.
        for (int k = 0; k < row.Length; k++)
        {
            row[k] /= sum;
        }
    }

    // The modified Bessel function of the first kind, order 0, by its power series.
    private static double Bessel(double x)
    {
        double term = 1;
        double sum = 1;
        double quarter = x * x / 4;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= quarter / ((double)k * k);
            sum += term;
        }
        return sum;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }
        return a;
    }
}
