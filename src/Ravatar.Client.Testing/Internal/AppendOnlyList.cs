namespace Ravatar.Client.Testing;

/// <summary>A list that only grows, so that a snapshot is a view and not a copy: journals are asked for often and get long.</summary>
internal sealed class AppendOnlyList<T>
{
    private readonly Lock _lock = new();
    private T[] _items = [];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock)
        {
            return new ArraySegment<T>(_items, 0, _count);
        }
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            if (_count == _items.Length)
            {
                // A new array, never a moved one: earlier snapshots keep theirs.
                Array.Resize(ref _items, Math.Max(16, _count * 2));
            }

            _items[_count] = item;
            Volatile.Write(ref _count, _count + 1);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _items = [];
            Volatile.Write(ref _count, 0);
        }
    }
}
