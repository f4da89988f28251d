namespace Ravatar.Client.Tests;

/// <summary>Something to publish: numbered, or a note that so many were missed.</summary>
internal sealed class Item(int number, int weight = 1, long missed = 0)
{
    public int Number => number;

    public int Weight => weight;

    /// <summary>How many were left out here; 0 for an item itself.</summary>
    public long Missed => missed;

    public static Item Note(long missed) => new(-1, 0, missed);

    public override string ToString() => missed > 0 ? $"missed {missed}" : $"{number}";
}
