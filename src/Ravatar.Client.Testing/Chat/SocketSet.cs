namespace Ravatar.Client.Testing;

/// <summary>The open sockets, in the order of their acceptance.</summary>
internal sealed class SocketSet
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, FakeSocket> _sockets = [];
    private long _accepted;

    public FakeSocket Add(Func<long, FakeSocket> make)
    {
        lock (_lock)
        {
            var socket = make(++_accepted);
            _sockets.Add(socket.Number, socket);
            return socket;
        }
    }

    public void Remove(FakeSocket socket)
    {
        lock (_lock)
        {
            _sockets.Remove(socket.Number);
        }
    }

    public IReadOnlyList<FakeSocket> All()
    {
        lock (_lock)
        {
            return [.. _sockets.Values];
        }
    }

    public FakeSocket? Newest(string? userId) => All().LastOrDefault(socket => socket.UserId == userId && !socket.IsFrozen);
}
