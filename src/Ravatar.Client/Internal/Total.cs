namespace Ravatar.Client;

/// <summary>A count of the whole process, from any thread, under any lock.</summary>
internal sealed class Total
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long count) => Interlocked.Add(ref _value, count);
}
