using System.Threading.Channels;

namespace Ravatar.Client.Tests;

/// <summary>Live sessions on a manual clock, with a service and a channel that do what the test says.</summary>
internal sealed class ScriptedLive
{
    public ScriptedLive(Action<LiveSessionOptions>? configure = null)
    {
        LiveSessionOptions options = new();
        configure?.Invoke(options);
        Sessions = new LiveSessions(
            new LiveEnvironment
            {
                StartAsync = (_, _, token) => OnStart(++Starts, token),
                EndAsync = (license, token) =>
                {
                    lock (Ends)
                    {
                        Ends.Add(license);
                    }
                    return OnEnd(license, token);
                },
                EndLeftBehindAsync = (entry, token) =>
                {
                    lock (LeftBehind)
                    {
                        LeftBehind.Add(entry);
                    }
                    return OnEnd(entry.LicenseId, token);
                },
                NewestToken = () => Token,
                Owner = new JournalOwner("user-1", "proj-1", new Uri("https://service.example/")),
                AllowInsecure = false,
                Invalid = static problem => new RavatarApiException(problem),
                Options = options,
                Time = Time,
                Logger = Logs.CreateLogger(LiveLog.Category),
            }
        );
    }

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Logs { get; } = new();

    public LiveSessions Sessions { get; }

    public ScriptedChannel Channel { get; } = new();

    public string Token { get; set; } = "token-1";

    public int Starts { get; private set; }

    /// <summary>The licenses that were to be ended, an entry for each attempt.</summary>
    public List<string> Ends { get; } = [];

    public List<JournalEntry> LeftBehind { get; } = [];

    public Func<int, CancellationToken, Task<LiveStart>> OnStart { get; set; } = static (n, _) => Task.FromResult(Start(n));

    public Func<string, CancellationToken, Task> OnEnd { get; set; } = static (_, _) => Task.CompletedTask;

    public static LiveStart Start(int number) => new($"license-{number}", "https://stream.example/page?quality=high");

    public Task<LiveSession> StartAsync(CancellationToken cancellationToken = default) =>
        Sessions.StartAsync(Channel, new LiveOptions(), cancellationToken);

    /// <summary>A channel with as many frames and reconnects as the test wants.</summary>
    internal sealed class ScriptedChannel : ILiveChannel
    {
        private readonly Channel<bool> _connected = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public ScriptedChannel() => _connected.Writer.TryWrite(true);

        public string AvatarId => "avatar-1";

        public string? LicenseId { get; private set; }

        public Action<LiveError, string>? Reported { get; private set; }

        public List<byte[]> Frames { get; } = [];

        public Func<ValueTask<bool>> OnSend { get; set; } = static () => new ValueTask<bool>(true);

        public void Enter(string licenseId, Action<LiveError, string> reported) => (LicenseId, Reported) = (licenseId, reported);

        public void Leave() => LicenseId = null;

        public ValueTask<bool> SendPcmAsync(ReadOnlyMemory<byte> frame, string licenseId)
        {
            Frames.Add(frame.ToArray());
            return OnSend();
        }

        public IAsyncEnumerable<bool> WatchConnectedAsync(CancellationToken cancellationToken) =>
            _connected.Reader.ReadAllAsync(cancellationToken);

        public void Connected(bool isConnected) => _connected.Writer.TryWrite(isConnected);

        public void Close() => _connected.Writer.Complete();
    }
}
