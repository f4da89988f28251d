namespace Ravatar.Client;

/// <summary>What becomes of the last, incomplete frame.</summary>
public enum PcmTail
{
    /// <summary>It is filled up with silence. The default: every frame has the length that RAVATAR expects.</summary>
    PadWithSilence,

    /// <summary>It stays short.</summary>
    Short,

    /// <summary>It is dropped.</summary>
    Drop,
}
