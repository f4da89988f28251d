using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// All pages of a history as one sequence, a few read ahead. Messages that arrive meanwhile push others onto later pages, so
/// a page may repeat what the one before ended with; repeats are left out by id. Where a page shows a repeat, the pages read
/// ahead are read again: the server may have answered them before the shift, and then they would lack what moved past them.
/// </summary>
/// <param name="read">Reads one page, from 1.</param>
/// <param name="prefetch">The pages in flight at most.</param>
/// <param name="logger">Where shifts are told.</param>
internal sealed class HistoryPager(Func<int, CancellationToken, Task<HistoryPage>> read, int prefetch, ILogger logger)
{
    // A page can hold repeats only of what was read while it was in flight or just before.
    private readonly int _remembered = prefetch + 2;

    /// <summary>Reads on until the server says that there is no more, or a page is empty, or nothing new comes.</summary>
    /// <param name="cancellationToken">Gives up, as the enumerator's own does.</param>
    public IAsyncEnumerable<HistoryMessage> ReadAllAsync(CancellationToken cancellationToken) => new Sequence(this, cancellationToken);

    private async IAsyncEnumerator<HistoryMessage> ReadAllAsync(CancellationToken given, CancellationToken enumerators)
    {
        RecentIds recent = new(_remembered);
        ReadAhead ahead = new(read, given, enumerators);
        int window = 1;
        int pagesWithoutNews = 0;
        try
        {
            while (true)
            {
                HistoryPage page = await ahead.NextAsync(window).ConfigureAwait(false);
                List<HistoryMessage> news = TakeNew(page, recent);
                int repeats = page.Messages.Count - news.Count;
                pagesWithoutNews = news.Count == 0 ? pagesWithoutNews + 1 : 0;
                bool last = !page.HasMore || page.Messages.Count == 0 || pagesWithoutNews == _remembered;
                if (!last && repeats > 0)
                {
                    Log.HistoryMoved(logger, page.Page, repeats);
                    await ahead.RestartAsync(page.Page + 1).ConfigureAwait(false);
                    window = 1;
                }
                else if (!last)
                {
                    // The first page says whether there is anything to read ahead; after a shift the window opens by degrees.
                    window = page.Page == 1 ? prefetch : Math.Min(window + 1, prefetch);
                    ahead.Fill(window);
                }
                foreach (HistoryMessage message in news)
                {
                    yield return message;
                }
                if (last)
                {
                    if (pagesWithoutNews == _remembered)
                    {
                        Log.HistoryRepeatsItself(logger, page.Page, pagesWithoutNews);
                    }
                    yield break;
                }
            }
        }
        finally
        {
            await ahead.EndAsync().ConfigureAwait(false);
        }
    }

    private static List<HistoryMessage> TakeNew(HistoryPage page, RecentIds recent)
    {
        recent.NextPage();
        List<HistoryMessage> news = new(page.Messages.Count);
        foreach (HistoryMessage message in page.Messages)
        {
            if (recent.Add(message.Id))
            {
                news.Add(message);
            }
        }
        return news;
    }

    /// <summary>The history, read anew by each who enumerates it. Both tokens are kept apart: whichever ends the reading is the one its end names.</summary>
    private sealed class Sequence(HistoryPager pager, CancellationToken given) : IAsyncEnumerable<HistoryMessage>
    {
        public IAsyncEnumerator<HistoryMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            pager.ReadAllAsync(given, cancellationToken);
    }

    /// <summary>The pages in flight, in order.</summary>
    private sealed class ReadAhead(
        Func<int, CancellationToken, Task<HistoryPage>> read,
        CancellationToken given,
        CancellationToken enumerators
    )
    {
        private readonly Queue<Task<HistoryPage>> _inFlight = new();
        private CancellationTokenSource _batch = CancellationTokenSource.CreateLinkedTokenSource(given, enumerators);
        private int _next = 1;

        public void Fill(int window)
        {
            while (_inFlight.Count < window)
            {
                _inFlight.Enqueue(read(_next++, _batch.Token));
            }
        }

        public async Task<HistoryPage> NextAsync(int window)
        {
            Fill(window);
            try
            {
                return await _inFlight.Dequeue().ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (given.IsCancellationRequested || enumerators.IsCancellationRequested)
            {
                CancellationToken whose = given.IsCancellationRequested ? given : enumerators;
                throw new OperationCanceledException("The caller cancelled the reading.", exception, whose);
            }
        }

        /// <summary>Cancels and awaits what is in flight; reading goes on at <paramref name="page"/>.</summary>
        public async Task RestartAsync(int page)
        {
            await EndAsync().ConfigureAwait(false);
            _next = page;
            _batch = CancellationTokenSource.CreateLinkedTokenSource(given, enumerators);
        }

        /// <summary>Cancels and awaits what is in flight. Nothing of it stays with the callers' tokens, which may live for ever.</summary>
        public async Task EndAsync()
        {
            await Clock.CancelAsync(_batch).ConfigureAwait(false);
            await Detached.SettleAsync(_inFlight).ConfigureAwait(false);
            _inFlight.Clear();
            _batch.Dispose();
        }
    }
}
