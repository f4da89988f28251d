namespace Ravatar.Client;

/// <summary>
/// How much may be under way: so many messages, so many bytes. Something larger than all the bytes is let in when nothing else is there.
/// </summary>
internal sealed class Room(int maxCount, long maxBytes)
{
    private readonly object _gate = new();
    private int _count;
    private long _bytes;

    /// <summary>Called after something has left, by whoever made it leave.</summary>
    public Action? Left { get; set; }

    public bool TryEnter(int bytes)
    {
        lock (_gate)
        {
            if (_count > 0 && (_count >= maxCount || _bytes + bytes > maxBytes))
            {
                return false;
            }
            _count++;
            _bytes += bytes;
            return true;
        }
    }

    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
        }
        Left?.Invoke();
    }
}
