using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>One client for each user, however many tabs share it: were there two, the token of one might revoke that of the other.</summary>
internal sealed class ClientPool(Func<string, RavatarClient> create)
{
    private const int MostPages = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RavatarClient Client, int Pages)> _clients = new(StringComparer.Ordinal);
    private int _pages;

    /// <summary>The client of a user, until <see cref="ReturnAsync"/>; null when too many pages are open.</summary>
    public RavatarClient? Rent(string userId)
    {
        lock (_gate)
        {
            if (_pages == MostPages)
            {
                return null;
            }
            (RavatarClient client, int pages) = _clients.TryGetValue(userId, out (RavatarClient, int) known) ? known : (create(userId), 0);
            _clients[userId] = (client, pages + 1);
            _pages++;
            return client;
        }
    }

    /// <summary>Gives it back; the last one to do so disposes it.</summary>
    public async ValueTask ReturnAsync(string userId)
    {
        RavatarClient? unused = null;
        lock (_gate)
        {
            (RavatarClient client, int pages) = _clients[userId];
            _pages--;
            if (pages == 1)
            {
                _clients.Remove(userId);
                unused = client;
            }
            else
            {
                _clients[userId] = (client, pages - 1);
            }
        }
        if (unused is not null)
        {
            await unused.DisposeAsync();
        }
    }
}
