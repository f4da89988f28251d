using System.Globalization;

namespace Ravatar.Client.Testing;

/// <summary>The live sessions: who has one, how many there may be, and how the server ends them.</summary>
public sealed class FakeLive
{
    private readonly Lock _lock = new();
    private readonly List<FakeLiveSession> _sessions = [];
    private readonly FakeRavatarServer _server;

    internal FakeLive(FakeRavatarServer server) => _server = server;

    /// <summary>How many sessions may run at a time; beyond it the service is busy. Defaults to 4.</summary>
    public int Slots { get; set; } = 4;

    /// <summary>How it says so. Defaults to <see cref="FakeBusyShape.StatusAndBody"/>.</summary>
    public FakeBusyShape BusyShape { get; set; }

    /// <summary>
    /// Makes the <c>streamingUrl</c> of a new session. Defaults to the address of a small page on this server that shows whether a token
    /// came with it, and the level of the live audio.
    /// </summary>
    public Func<FakeLiveSession, string>? StreamingUrl { get; set; }

    /// <summary>Every session so far, oldest first.</summary>
    public IReadOnlyList<FakeLiveSession> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _sessions];
            }
        }
    }

    /// <summary>The sessions that run, oldest first.</summary>
    public IReadOnlyList<FakeLiveSession> Running => [.. All.Where(session => session.IsRunning)];

    /// <summary>
    /// Reports a stream error to the session's user, as a <c>system</c> frame over every socket of that user. The shape is a guess: RAVATAR's
    /// documents give the text and not the frame. All but <see cref="FakeStreamError.Timeout"/> end the session.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="error">The error.</param>
    /// <param name="cancellationToken">Stops the waiting, not the sending.</param>
    /// <returns>A task that completes when the frames have been written.</returns>
    public Task FailAsync(FakeLiveSession session, FakeStreamError error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (error != FakeStreamError.Timeout)
        {
            EndNow(session, byClient: false);
        }

        var frame = Json.Object(writer =>
        {
            writer.WriteString("type", "system");
            writer.WriteString("content", Text(error));
        });
        return _server.Chat.PushToUserAsync(session.UserId, System.Text.Encoding.UTF8.GetString(frame), cancellationToken);
    }

    internal HttpReply Start(string userId, string avatarId, int? width, int? height)
    {
        FakeLiveSession session;
        lock (_lock)
        {
            if (_sessions.Count(running => running.IsRunning) >= Slots)
            {
                return Busy();
            }

            var license = string.Create(CultureInfo.InvariantCulture, $"license-{_server.Options.Seed}-{_sessions.Count + 1}");
            session = new FakeLiveSession(license, userId, avatarId, width, height, _server.Clock.Now);
            _sessions.Add(session);
        }

        _server.Received.Changed();
        var url = StreamingUrl?.Invoke(session) ?? $"{_server.BaseAddress.AbsoluteUri}stream/{session.LicenseId}";
        return HttpReply.Ok(
            Json.Object(writer =>
            {
                writer.WriteNumber("status", 200);
                writer.WriteString("LicenseId", session.LicenseId);
                writer.WriteString("streamingUrl", url);
            })
        );
    }

    internal bool End(string? userId, string licenseId) =>
        Find(licenseId) is { IsRunning: true } session && (userId is null || session.UserId == userId) && EndNow(session, byClient: true);

    internal FakeLiveSession? Find(string? licenseId)
    {
        lock (_lock)
        {
            return _sessions.Find(session => session.LicenseId == licenseId);
        }
    }

    internal bool Receive(string? licenseId, byte[] pcm)
    {
        if (Find(licenseId) is not { IsRunning: true } session)
        {
            return false;
        }

        session.Receive(pcm);
        return true;
    }

    /// <summary>What is wrong with a Live Mode message's session; nothing if it is right.</summary>
    internal string? Judge(ReceivedMessage message)
    {
        if (message.LicenseId is null)
        {
            return "'LicenseId' is missing in a Live Mode message";
        }

        if (Find(message.LicenseId) is not { IsRunning: true } session)
        {
            return "'LicenseId' names no running session";
        }

        if (message.Socket.UserId is { } user && session.UserId != user)
        {
            return "'LicenseId' names another user's session";
        }

        return session.AvatarId == message.AvatarId ? null : "'LicenseId' names a session of another avatar";
    }

    private static string Text(FakeStreamError error) =>
        error switch
        {
            FakeStreamError.Expired => "Session expired",
            FakeStreamError.Timeout => "Connection timeout",
            FakeStreamError.Busy => "All AI assistants are busy at the moment",
            _ => "Something went wrong",
        };

    private bool EndNow(FakeLiveSession session, bool byClient)
    {
        lock (_lock)
        {
            if (!session.IsRunning)
            {
                return false;
            }

            session.EndedByClient = byClient;
            session.EndedAt = _server.Clock.Now;
        }

        _server.Received.Changed();
        return true;
    }

    private HttpReply Busy() =>
        BusyShape switch
        {
            FakeBusyShape.BodyOnly => HttpReply.Error(503) with { Status = 200 },
            FakeBusyShape.StatusOnly => new HttpReply(503, default, ""),
            _ => HttpReply.Error(503),
        };
}
