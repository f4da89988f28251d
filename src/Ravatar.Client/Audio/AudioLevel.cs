using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>How loud the microphone is, in decibels below full scale (dBFS): 0 is full scale, <see cref="Silence"/> is nothing.</summary>
/// <param name="PeakDbfs">The largest sample of the last 50 ms.</param>
/// <param name="RmsDbfs">The root mean square of the last 50 ms. A sine at full scale has −3.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AudioLevel(float PeakDbfs, float RmsDbfs)
{
    /// <summary>The level of digital silence, and the lowest there is: −100 dBFS.</summary>
    public const float Silence = -100f;
}
