namespace Ravatar.Samples;

/// <summary>What came from the page: a command, or audio.</summary>
internal readonly record struct PageInput(PageCommand? Command, ReadOnlyMemory<byte> Audio);
