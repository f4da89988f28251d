using System.Buffers.Binary;

namespace Ravatar.Client;

/// <summary>Measures 16-bit audio in stretches of 50 ms. One thread adds; any thread reads.</summary>
internal sealed class LevelMeter
{
    private const int StretchSamples = 800;
    private const int Floor = (int)AudioLevel.Silence * 100;

    private double _power;
    private int _peak;
    private int _samples;

    // Both values in hundredths of a decibel, in one word: a reader never sees half of a change.
    private int _published = Pack(Floor, Floor);

    public AudioLevel Level
    {
        get
        {
            int packed = Volatile.Read(ref _published);
            return new AudioLevel((packed >> 16) / 100f, (short)packed / 100f);
        }
    }

    public void Reset()
    {
        _power = 0;
        _peak = 0;
        _samples = 0;
        Volatile.Write(ref _published, Pack(Floor, Floor));
    }

    public void Add(ReadOnlySpan<byte> pcm)
    {
        for (int i = 0; i + 1 < pcm.Length; i += 2)
        {
            int sample = BinaryPrimitives.ReadInt16LittleEndian(pcm.Slice(i));
            _power += (double)sample * sample;
            _peak = Math.Max(_peak, Math.Abs(sample));
            if (++_samples == StretchSamples)
            {
                Volatile.Write(ref _published, Pack(Hundredths(_peak), Hundredths(Math.Sqrt(_power / _samples))));
                _power = 0;
                _peak = 0;
                _samples = 0;
            }
        }
    }

    // Of silence the logarithm is minus infinity.
    private static int Hundredths(double amplitude) => (int)Math.Max(Floor, Math.Round(2000 * Math.Log10(amplitude / 32768)));

    private static int Pack(int peak, int rms) => (peak << 16) | (rms & 0xFFFF);
}
