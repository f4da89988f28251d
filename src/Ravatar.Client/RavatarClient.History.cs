namespace Ravatar.Client;

/// <content>History: one page, or all of it.</content>
public sealed partial class RavatarClient
{
    private const int MessagesPerPage = 100;

    /// <summary>Reads one page of the user's history (<c>GET /chat</c>), in the server's order.</summary>
    /// <param name="page">The page, from 1. Which end of the history is page 1, RAVATAR's guide does not say.</param>
    /// <param name="perPage">Messages on a page, at least 1. Defaults to 100, as the API does.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The page; <see cref="HistoryPage.HasMore"/> says whether another follows.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="page"/> or <paramref name="perPage"/> is less than 1.</exception>
    /// <exception cref="RavatarApiException">As for <see cref="GetConfigurationAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public Task<HistoryPage> GetHistoryPageAsync(int page = 1, int perPage = MessagesPerPage, CancellationToken cancellationToken = default)
    {
        if (page < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(page), page, "Pages are counted from 1.");
        }
        if (perPage < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(perPage), perPage, "A page holds at least 1 message.");
        }
        return ReadPageAsync(page, perPage, cancellationToken);
    }

    /// <summary>
    /// Reads the whole history, page after page, a few pages ahead of the reader (<see cref="RavatarClientOptions.PrefetchPages"/>). Memory stays the same however long
    /// the history is. Messages that arrive while it is read do not make others come twice, as long as fewer than two pages' worth arrive between two pages.
    /// </summary>
    /// <param name="cancellationToken">Gives up. Leaving the loop early is as good: what is under way is cancelled and awaited.</param>
    /// <returns>The messages in the server's order; sort by <see cref="HistoryMessage.Date"/> where order matters.</returns>
    /// <exception cref="RavatarApiException">While enumerating: as for <see cref="GetConfigurationAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the caller gave up.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public IAsyncEnumerable<HistoryMessage> GetHistoryAsync(CancellationToken cancellationToken = default)
    {
        CheckNotDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        HistoryPager pager = new((page, token) => ReadPageAsync(page, MessagesPerPage, token), _options.PrefetchPages, _logger);
        return pager.ReadAllAsync(cancellationToken);
    }

    private Task<HistoryPage> ReadPageAsync(int page, int perPage, CancellationToken cancellationToken) =>
        RunAsync((api, token) => api.GetHistoryPageAsync(_options.UserId, page, perPage, token), cancellationToken);
}
