using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>One client's view of the journal: notes its sessions, and ends those that crashed processes left behind.</summary>
internal sealed class LiveJournal(string folder, JournalOwner owner, TimeProvider time, ILogger logger)
{
    // A journal has a line or two for each session of one process.
    private const int LongestJournal = 1024 * 1024;

    private readonly object _gate = new();
    private readonly JournalFile _file = JournalFile.In(folder);
    private Task? _sweeping;

    /// <summary>Notes a session. A journal that cannot be written is no reason to have no session.</summary>
    public void Add(string licenseId)
    {
        try
        {
            _file.Add(new JournalEntry(licenseId, owner));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            LiveLog.JournalFailed(logger, e);
        }
    }

    /// <summary>Notes that a session is over.</summary>
    public void Remove(string licenseId)
    {
        try
        {
            _file.Remove(licenseId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LiveLog.JournalFailed(logger, e);
        }
    }

    /// <summary>Ends what unlocked journals list for this service. Never fails; one sweep at a time.</summary>
    public Task EndLeftBehindAsync(Func<JournalEntry, CancellationToken, Task> end)
    {
        lock (_gate)
        {
            return _sweeping is { IsCompleted: false } ? _sweeping : _sweeping = Detached.Run(() => SweepAsync(end));
        }
    }

    private async Task SweepAsync(Func<JournalEntry, CancellationToken, Task> end)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                return;
            }
            string[] paths = Directory.GetFiles(folder, JournalFile.Pattern);
            await Task.WhenAll(paths.Select(path => SweepAsync(path, end))).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LiveLog.JournalFailed(logger, e);
        }
    }

    private async Task SweepAsync(string path, Func<JournalEntry, CancellationToken, Task> end)
    {
        try
        {
            using FileStream? file = JournalFile.OpenAbandoned(path);
            if (file is not null && await TakeOverAsync(file, end).ConfigureAwait(false))
            {
                file.Dispose();
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LiveLog.JournalFailed(logger, e); // the others are swept all the same
        }
    }

    /// <summary>Returns whether nothing is left in it. Sessions of other services stay: their own clients end them.</summary>
    private async Task<bool> TakeOverAsync(FileStream file, Func<JournalEntry, CancellationToken, Task> end)
    {
        if (file.Length > LongestJournal)
        {
            throw new IOException($"\"{file.Name}\" is larger than a journal ever is.");
        }
        using MemoryStream journal = new();
        await file.CopyToAsync(journal).ConfigureAwait(false);
        IReadOnlyList<JournalEntry> left = JournalLine.ReadRunning(journal.ToArray());
        JournalEntry[] mine = [.. left.Where(e => e.Owner.BaseAddress == owner.BaseAddress)];
        bool[] ended = await Task.WhenAll(mine.Select(entry => EndAsync(entry, end))).ConfigureAwait(false);
        int open = left.Count;
        for (int i = 0; i < mine.Length; i++)
        {
            if (ended[i])
            {
                JournalFile.Append(file, JournalLine.End(mine[i].LicenseId));
                open--;
            }
        }
        return open == 0;
    }

    private Task<bool> EndAsync(JournalEntry entry, Func<JournalEntry, CancellationToken, Task> end)
    {
        string shown = PlainText.Line(entry.LicenseId, token: null, 500);
        LiveLog.LeftBehind(logger, shown);
        return LiveEnder.EndAsync(token => end(entry, token), shown, time, logger);
    }
}
