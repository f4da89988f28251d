namespace Ravatar.Client;

/// <summary>
/// The live sessions of one client, from the moment a start goes out: every one that the server started is ended there. A start is never
/// cancelled on the wire, because its session might begin all the same, with nobody to know its license.
/// </summary>
internal sealed class LiveSessions
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly LiveEnvironment _environment;
    private readonly LiveJournal? _journal;
    private readonly object _gate = new();

    // Null while it starts.
    private readonly Dictionary<ILiveChannel, LiveSession?> _byChannel = [];

    // Whatever must be over before the client may let go of its connections: sessions, and starts that nobody waits for any more.
    private readonly HashSet<Task> _open = [];
    private bool _disposed;

    public LiveSessions(LiveEnvironment environment)
    {
        _environment = environment;
        _journal = environment.Options.JournalFolder is { } folder
            ? new LiveJournal(folder, environment.Owner, environment.Time, environment.Logger)
            : null;
    }

    /// <summary>Ends, in the background, what an earlier run left behind; the task ends with that, and never fails.</summary>
    public Task EndLeftBehindAsync() => _journal?.EndLeftBehindAsync(_environment.EndLeftBehindAsync) ?? Task.CompletedTask;

    /// <summary>Starts a session on a channel that has none.</summary>
    public async Task<LiveSession> StartAsync(ILiveChannel channel, LiveOptions options, CancellationToken cancellationToken)
    {
        await TakeAsync(channel, cancellationToken).ConfigureAwait(false);
        // Open until whatever has to be ended is tracked by itself, so that no end of all slips in between.
        TaskCompletionSource<bool> underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Track(underWay.Task);
        try
        {
            // It may hold the very slot that is wanted now.
            Task swept = EndLeftBehindAsync().FinishesWithin(LiveEnder.Limit, _environment.Time);
            await swept.WithCancellation(cancellationToken).ConfigureAwait(false);
            Task<Started> start = Track(Detached.Run(() => StartOnServerAsync(channel.AvatarId, options)));
            try
            {
                await start.WithCancellation(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                LiveLog.StartAbandoned(_environment.Logger);
                _ = Track(Detached.Run(() => EndAbandonedAsync(start)));
                throw;
            }
            return await BeginAsync(channel, await start.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch
        {
            Release(channel, session: null);
            throw;
        }
        finally
        {
            underWay.SetResult(true);
        }
    }

    /// <summary>Ends all that runs and whatever is starting; completes when all is over, however long that takes.</summary>
    public async Task EndAllAsync()
    {
        while (true)
        {
            LiveSession?[] sessions;
            Task[] open;
            lock (_gate)
            {
                sessions = [.. _byChannel.Values];
                open = [.. _open];
            }
            foreach (LiveSession? session in sessions)
            {
                Detached.Observe(session?.EndAsync(CancellationToken.None) ?? Task.CompletedTask);
            }
            if (open.Length == 0)
            {
                return;
            }
            // What ends may leave something to end behind: a start, its session.
            await Detached.SettleAsync(open).ConfigureAwait(false);
        }
    }

    /// <summary>Like <see cref="EndAllAsync"/>, and nothing can be started any more.</summary>
    public Task DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }
        return EndAllAsync();
    }

    /// <summary>A session at a time on a channel; one that is just ending is waited for.</summary>
    private async Task TakeAsync(ILiveChannel channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            LiveSession? present;
            lock (_gate)
            {
                if (_disposed)
                {
                    throw Disposed();
                }
                if (!_byChannel.TryGetValue(channel, out present))
                {
                    _byChannel.Add(channel, null);
                    return;
                }
            }
            if (present is null || present.IsRunning)
            {
                throw new InvalidOperationException(
                    $"The channel has a live session that {(present is null ? "is starting" : "runs")}. End it first, or open another channel."
                );
            }
            await present.Ended.WithCancellation(cancellationToken).ConfigureAwait(false);
            Release(channel, present);
        }
    }

    /// <summary>In the journal before anybody can lose it.</summary>
    private async Task<Started> StartOnServerAsync(string avatarId, LiveOptions options)
    {
        LiveStart start = await AskServerAsync(avatarId, options).ConfigureAwait(false);
        string? problem = ProblemOf(start.LicenseId);
        if (problem is null)
        {
            _journal?.Add(start.LicenseId);
            if (StreamingUrl.Parse(start.Url, _environment.AllowInsecure, out problem) is { } page)
            {
                return new Started(start.LicenseId, page);
            }
        }
        // It runs, and nobody can use it.
        bool ended = await EndOnServerAsync(start.LicenseId).ConfigureAwait(false);
        throw _environment.Invalid(problem + (ended ? "; the session was ended" : "; the session could not be ended"));
    }

    /// <summary>A license goes into each message, into logs and the journal.</summary>
    private string? ProblemOf(string licenseId) =>
        licenseId.Length > ServerName.Longest ? ServerName.TooLong("LicenseId")
        : _environment.NewestToken() is { } token && TokenMask.IsIn(licenseId, token) ? "holds a LicenseId with the token in it"
        : null;

    private async Task<LiveStart> AskServerAsync(string avatarId, LiveOptions options)
    {
        using CancellationTokenSource limit = Clock.CancelAfter(_environment.Time, StartLimit);
        try
        {
            return await _environment.StartAsync(avatarId, options, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested)
        {
            throw new RavatarLiveException(
                LiveError.Timeout,
                FormattableString.Invariant(
                    $"No live session: no answer came within {StartLimit.TotalSeconds} s. Whether one started is not known; one that did runs until the server ends it."
                ),
                e
            );
        }
    }

    private async Task<LiveSession> BeginAsync(ILiveChannel channel, Started start)
    {
        LiveSession? session = null;
        lock (_gate)
        {
            if (!_disposed)
            {
                session = new LiveSession(channel, start.LicenseId, start.Page, _environment);
                _byChannel[channel] = session;
            }
        }
        if (session is null)
        {
            await Track(EndOnServerAsync(start.LicenseId)).ConfigureAwait(false);
            throw Disposed();
        }
        _ = Track(Detached.Run(() => FinishAsync(channel, session)));
        return session;
    }

    private async Task<LiveEnd> FinishAsync(ILiveChannel channel, LiveSession session)
    {
        LiveEnd end = await session.Ended.ConfigureAwait(false);
        if (end.EndedOnServer)
        {
            _journal?.Remove(session.LicenseId);
        }
        Release(channel, session);
        return end;
    }

    private async Task<bool> EndAbandonedAsync(Task<Started> start)
    {
        Started started;
        try
        {
            started = await start.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LiveLog.AbandonedStartFailed(_environment.Logger, e);
            return false;
        }
        return await EndOnServerAsync(started.LicenseId).ConfigureAwait(false);
    }

    private async Task<bool> EndOnServerAsync(string licenseId)
    {
        bool ended = await LiveEnder
            .EndAsync(
                token => _environment.EndAsync(licenseId, token),
                _environment.Shown(licenseId),
                _environment.Time,
                _environment.Logger
            )
            .ConfigureAwait(false);
        if (ended)
        {
            _journal?.Remove(licenseId);
        }
        return ended;
    }

    private void Release(ILiveChannel channel, LiveSession? session)
    {
        lock (_gate)
        {
            if (_byChannel.TryGetValue(channel, out LiveSession? present) && ReferenceEquals(present, session))
            {
                _byChannel.Remove(channel);
            }
        }
    }

    private static ObjectDisposedException Disposed() => new("RavatarClient"); // what the caller holds

    /// <summary>Until it is over, the process's end waits for it.</summary>
    private Task<T> Track<T>(Task<T> task)
    {
        lock (_gate)
        {
            _open.Add(task);
            ProcessEnd.Add(this);
        }
        _ = task.ContinueWith(Untrack, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    private void Untrack(Task task)
    {
        lock (_gate)
        {
            _open.Remove(task);
            if (_open.Count == 0)
            {
                ProcessEnd.Remove(this);
            }
        }
    }

    /// <summary>A session that runs on the server, with a page that can be shown.</summary>
    private sealed record Started(string LicenseId, StreamingUrl Page);
}
