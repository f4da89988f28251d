using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>The end of a user's history.</summary>
internal static class LatestMessages
{
    /// <summary>The last messages, oldest first. Which end of the history page 1 is, the API does not say: the dates decide.</summary>
    public static async Task<IReadOnlyList<HistoryMessage>> ReadAsync(RavatarClient client, int count, CancellationToken cancellationToken)
    {
        HistoryPage first = await client.GetHistoryPageAsync(1, cancellationToken: cancellationToken);
        if (!first.HasMore)
        {
            return Latest(first.Messages, count);
        }
        HistoryPage second = await client.GetHistoryPageAsync(2, cancellationToken: cancellationToken);
        return Newest(first) >= Newest(second)
            ? await FromTheTopAsync(client, first, second, count, cancellationToken)
            : await FromTheEndAsync(client, count + first.Messages.Count, count, cancellationToken);
    }

    /// <summary>The newest pages come first. One page more than asked for is read, as nothing is known of the order inside of pages.</summary>
    private static async Task<IReadOnlyList<HistoryMessage>> FromTheTopAsync(
        RavatarClient client,
        HistoryPage first,
        HistoryPage last,
        int count,
        CancellationToken cancellationToken
    )
    {
        List<HistoryMessage> found = [.. first.Messages, .. last.Messages];
        while (last.HasMore && found.Count < count + first.Messages.Count)
        {
            last = await client.GetHistoryPageAsync(last.Page + 1, cancellationToken: cancellationToken);
            found.AddRange(last.Messages);
        }
        // Whatever arrives meanwhile moves others to the next page, where they are met again.
        return Latest(found.DistinctBy(static message => message.Id.Length > 0 ? message.Id : (object)message), count);
    }

    /// <summary>The oldest come first: the latest are found at the end alone.</summary>
    private static async Task<IReadOnlyList<HistoryMessage>> FromTheEndAsync(
        RavatarClient client,
        int kept,
        int count,
        CancellationToken cancellationToken
    )
    {
        Queue<HistoryMessage> latest = new();
        await foreach (HistoryMessage message in client.GetHistoryAsync(cancellationToken))
        {
            latest.Enqueue(message);
            if (latest.Count > kept)
            {
                latest.Dequeue();
            }
        }
        return Latest(latest, count);
    }

    private static IReadOnlyList<HistoryMessage> Latest(IEnumerable<HistoryMessage> messages, int count) =>
        [.. messages.OrderBy(DateOf).TakeLast(count)];

    private static DateTimeOffset Newest(HistoryPage page) => page.Messages.Select(DateOf).DefaultIfEmpty().Max();

    private static DateTimeOffset DateOf(HistoryMessage message) => message.Date ?? DateTimeOffset.MinValue;
}
