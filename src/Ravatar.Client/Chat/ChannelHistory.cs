namespace Ravatar.Client;

/// <summary>
/// A channel's reading of history: what was there at the start (the baseline), and what has come since. Within limits, and whatever a read throws: none of
/// it may end the channel. One caller at a time.
/// </summary>
internal sealed class ChannelHistory(ChatEnvironment environment, ChatChannelOptions options)
{
    private static readonly TimeSpan GraceForReading = TimeSpan.FromSeconds(5);

    private readonly HistoryTail _tail = new(environment.ReadHistoryAsync);

    /// <summary>Whether it is known what was there at the start.</summary>
    public bool IsFixed => _tail.IsFixed;

    /// <summary>The first attempt to find that out. Never fails.</summary>
    public Task Baseline { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to note what history holds already, beside whatever else is being done.</summary>
    public void FixBaseline(CancellationToken cancellationToken) => Baseline = TryFixAsync(cancellationToken);

    /// <summary>Notes what history holds now, if it can be read. Never fails.</summary>
    public async Task TryFixAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TryAsync(token => _tail.FixAsync(token), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the channel is closing
        }
    }

    /// <summary>Hands over the rows that are new; returns how that failed, if it did.</summary>
    public Task<RavatarException?> TryReadNewAsync(Action<IReadOnlyList<HistoryMessage>> read, CancellationToken cancellationToken) =>
        TryAsync(async token => read(await _tail.ReadNewAsync(token).ConfigureAwait(false)), cancellationToken);

    /// <summary>
    /// Returns how it failed, whatever it was: an application's own handlers throw what they like. A server that answers nothing must not hold up the
    /// conversation, so that the time is limited too.
    /// </summary>
    private async Task<RavatarException?> TryAsync(Func<CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = Clock.CancelAfter(environment.Time, options.HistorySettleTime + GraceForReading);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await read(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            ChatLog.HistoryUnreadable(environment.Logger, e);
            return e as RavatarException ?? new RavatarException($"History could not be read: {e.Message}", e);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OperationCanceledException("The channel is closing.", e, cancellationToken);
        }
    }
}
