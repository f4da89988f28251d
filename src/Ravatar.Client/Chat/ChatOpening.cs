namespace Ravatar.Client;

/// <summary>
/// The beginning of a channel, as far as it needs neither avatar nor language: its first connection is made, and what history holds already is noted, side
/// by side. It begins when it is constructed. Whoever constructed it hands it over to a channel, which owns it from then on, or gives it up.
/// </summary>
internal sealed class ChatOpening
{
    /// <summary>Why there is no connection yet.</summary>
    public const string Reason = "The channel is being opened.";

    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(250);

    // Nobody reads it, so that the server's pings go unanswered: it may have given us up.
    private static readonly TimeSpan FreshTime = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task<(IChatSocket? Socket, ChatEnd? End)>? _connection;
    private long _connected;

    public ChatOpening(ChatEnvironment environment, ChatChannelOptions options)
    {
        (Environment, Options, Stopped) = (environment, options, _stopping.Token);
        States = new ChannelStates(environment.Logger);
        Connector = new ChatConnector(environment, options, States.Show);
        History = new ChannelHistory(environment, options);
        _connection = Detached.Run(BeginAsync);
    }

    public ChatEnvironment Environment { get; }

    public ChatChannelOptions Options { get; }

    public ChannelStates States { get; }

    public ChatConnector Connector { get; }

    public ChannelHistory History { get; }

    /// <summary>What happened on the way to the first connection.</summary>
    public Outage Outage { get; private set; } = new(new ConnectionEnd(Reason));

    /// <summary>Cancelled when it is given up, and when the channel that took it over is to leave.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Completes when the first connection stands, or there will be none; for tests.</summary>
    internal Task Connecting => Volatile.Read(ref _connection) ?? Task.CompletedTask;

    /// <summary>
    /// Hands over the first socket, or how the channel ended instead. Once: it is not kept here, where it would outlive its connection. One that has stood
    /// unread for too long may be dead without anybody's knowing, and one whose token was replaced meanwhile may be closed at its first word: it is replaced first.
    /// </summary>
    public async Task<(IChatSocket? Socket, ChatEnd? End)> TakeConnectionAsync()
    {
        (IChatSocket? socket, ChatEnd? end) = await Take().ConfigureAwait(false);
        if (socket is null || (Environment.Time.GetElapsedTime(_connected) < FreshTime && Environment.IsNewest(Connector.Token)))
        {
            return (socket, end);
        }
        await HangUpAsync(socket).ConfigureAwait(false);
        Connector.StartOver();
        Outage = new Outage(
            new ConnectionEnd("The first connection is replaced: it stood unread for too long, or its token was replaced.")
        );
        return await Connector.ConnectAsync(Outage, Stopped).ConfigureAwait(false);
    }

    /// <summary>Ends what is under way.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>
    /// No channel will take it over: ends what is under way and waits for that. A socket that was made is closed with nothing said on it but goodbye. Never fails.
    /// </summary>
    public async Task GiveUpAsync()
    {
        Task<(IChatSocket? Socket, ChatEnd? End)> connection = Take();
        await Clock.CancelAsync(_stopping).ConfigureAwait(false);
        try
        {
            if ((await connection.ConfigureAwait(false)).Socket is { } socket)
            {
                await HangUpAsync(socket).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Platforms report a cancelled connect in many ways; it is over, and how does not matter any more.
        }
        await History.Baseline.ConfigureAwait(false);
        States.ShowLast(new ChatStateChange(ChatState.Closed, "Opening it was given up."));
    }

    private Task<(IChatSocket? Socket, ChatEnd? End)> Take() =>
        Interlocked.Exchange(ref _connection, null) ?? throw new InvalidOperationException("The first connection was handed over already.");

    private async Task<(IChatSocket? Socket, ChatEnd? End)> BeginAsync()
    {
        History.FixBaseline(Stopped);
        (IChatSocket? Socket, ChatEnd? End) connection = await Connector.ConnectAsync(Outage, Stopped).ConfigureAwait(false);
        _connected = Environment.Time.GetTimestamp();
        return connection;
    }

    /// <summary>The server's own goodbye is not waited for: somebody waits for this.</summary>
    private async Task HangUpAsync(IChatSocket socket)
    {
        using (socket)
        {
            try
            {
                Task goodbye = socket.CloseOutputAsync();
                Detached.Observe(goodbye);
                await goodbye.FinishesWithin(GoodbyeTime, Environment.Time).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It is gone already, and some sockets say so at once.
            }
            socket.Abort();
        }
    }
}
