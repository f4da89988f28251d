using System.Globalization;

namespace Ravatar.Client;

/// <summary>
/// A process's one journal in a folder, shared by all its clients. Held open without sharing, which the operating system takes back when the
/// process is gone, however it went: a journal that can be opened belongs to nobody any more. It exists only while a session runs.
/// </summary>
internal sealed class JournalFile
{
    public const string Pattern = "ravatar-live-*.journal";

    private const int Attempts = 3;

    private static readonly Dictionary<string, JournalFile> s_byFolder = new(StringComparer.Ordinal);

    private readonly object _gate = new();
    private readonly string _folder;
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);
    private FileStream? _file;

    private JournalFile(string folder) => _folder = folder;

    /// <summary>This process's journal in a folder.</summary>
    public static JournalFile In(string folder)
    {
        string path = Path.GetFullPath(folder);
        lock (s_byFolder)
        {
            return s_byFolder.TryGetValue(path, out JournalFile? file) ? file : s_byFolder[path] = new JournalFile(path);
        }
    }

    /// <summary>Notes a session; on the disk when this returns.</summary>
    public void Add(JournalEntry entry)
    {
        lock (_gate)
        {
            _file ??= CreateLocked();
            Append(_file, JournalLine.Start(entry));
            _running.Add(entry.LicenseId);
        }
    }

    /// <summary>Notes that a session is over; with the last one the file goes.</summary>
    public void Remove(string licenseId)
    {
        lock (_gate)
        {
            if (!_running.Remove(licenseId) || _file is null)
            {
                return;
            }
            Append(_file, JournalLine.End(licenseId));
            if (_running.Count == 0)
            {
                string name = _file.Name;
                _file.Dispose();
                _file = null;
                File.Delete(name);
            }
        }
    }

    /// <summary>Opens a journal that no process holds; null when one does, or it is gone.</summary>
    public static FileStream? OpenAbandoned(string path)
    {
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (IsLocked(path))
            {
                return file;
            }
            file.Dispose();
            return null; // locks mean nothing here: it may be anybody's, and running
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // its process lives, or another one takes care of it
        }
    }

    /// <summary>Whether somebody holds it, be it ourselves: some file systems and settings have no locks.</summary>
    private static bool IsLocked(string path)
    {
        try
        {
            using FileStream second = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static void Append(FileStream file, byte[] line)
    {
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
            {
                file.WriteByte((byte)'\n'); // a torn line must not swallow the next
            }
        }
        file.Seek(0, SeekOrigin.End);
        file.Write(line, 0, line.Length);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Between its making and its lock, a sweep may find a new journal and take it for an abandoned one.</summary>
    private FileStream CreateLocked()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                FileStream file = Create();
                if (IsLocked(file.Name))
                {
                    return file;
                }
                file.Dispose();
                File.Delete(file.Name);
                throw new NotSupportedException("Files cannot be locked in this folder: a journal here would end sessions that run.");
            }
            catch (IOException) when (attempt < Attempts && Directory.Exists(_folder))
            {
                // the next one has another name
            }
        }
    }

    private FileStream Create()
    {
        Directory.CreateDirectory(_folder);
        string name = string.Format(CultureInfo.InvariantCulture, "ravatar-live-{0:N}.journal", Guid.NewGuid());
        string path = Path.Combine(_folder, name);
#if NET8_0_OR_GREATER
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new FileStream(path, options);
#else
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
#endif
    }
}
