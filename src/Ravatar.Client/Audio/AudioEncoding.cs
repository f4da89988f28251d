namespace Ravatar.Client;

/// <summary>How one audio sample is stored. All are little-endian, whatever the CPU.</summary>
public enum AudioEncoding
{
    /// <summary>8-bit unsigned integer, silence at 128: what a WAV file with 8 bits holds.</summary>
    UInt8,

    /// <summary>16-bit signed integer: what RAVATAR takes.</summary>
    Int16,

    /// <summary>24-bit signed integer, packed in three bytes.</summary>
    Int24,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>32-bit IEEE float, full scale at ±1.</summary>
    Float32,
}
