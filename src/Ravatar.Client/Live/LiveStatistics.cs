namespace Ravatar.Client;

/// <summary>What became of a live session's audio so far.</summary>
/// <param name="FramesSent">Frames of 4,096 samples that were written to the socket.</param>
/// <param name="FramesDropped">Frames that were not: they would have been late, or there was no connection.</param>
public sealed record LiveStatistics(long FramesSent, long FramesDropped);
