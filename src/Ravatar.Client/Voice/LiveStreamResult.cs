namespace Ravatar.Client;

/// <summary>What became of a source that was streamed to its end.</summary>
/// <param name="FramesSent">Frames of 4,096 samples that were written to the socket.</param>
/// <param name="FramesDropped">Frames that were not: they would have been late, or there was no connection.</param>
public sealed record LiveStreamResult(long FramesSent, long FramesDropped);
