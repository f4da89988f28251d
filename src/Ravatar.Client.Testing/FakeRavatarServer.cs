using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ravatar.Client.Testing;

/// <summary>
/// The whole RAVATAR service in this process, on a loopback port: REST, chat sockets, live sessions and history. It judges what clients
/// send as strictly as the protocol allows (<see cref="FakeJournal.Violations"/>), and does whatever a test scripts. Safe to use from
/// several threads; any number of servers may run side by side.
/// </summary>
/// <example>
/// <code>
/// await using var server = await FakeRavatarServer.StartAsync();
/// server.Script.Jwt.FailOnce(500);
/// server.Chat.AnswerWith(message => new FakeAnswer("42"));
/// // … let a client talk to server.BaseAddress …
/// Assert.Empty(server.Received.Violations);
/// </code>
/// </example>
public sealed class FakeRavatarServer : IAsyncDisposable
{
    private const int AcceptBacklog = 8192;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stopping = new();
    private readonly KestrelServer _kestrel;
    private readonly SocketTransportFactory _transport;
    private int _disposed;

    private FakeRavatarServer(FakeRavatarServerOptions options)
    {
        Options = options;
        Clock = new FakeClock(options.TimeProvider);
        Scheduler = new Scheduler(Clock);
        Received = new FakeJournal(options, Clock);
        Configuration = new FakeConfiguration(options.Seed);
        Tokens = new FakeTokens(options.Seed, Clock);
        History = new FakeHistory(options.Seed, Clock);
        Live = new FakeLive(this);
        Chat = new FakeChat(this);
        _transport = new SocketTransportFactory(
            Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions { Backlog = AcceptBacklog }),
            NullLoggerFactory.Instance
        );
        _kestrel = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(KestrelOptions(options.Port)),
            _transport,
            NullLoggerFactory.Instance
        );
    }

    /// <summary>Where the REST API is: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Where the chat socket is: <c>ws://127.0.0.1:PORT/ws/chat</c>.</summary>
    public Uri ChatAddress { get; private set; } = new("ws://127.0.0.1/");

    /// <summary>What <c>GET /connection</c> answers.</summary>
    public FakeConfiguration Configuration { get; }

    /// <summary>What goes wrong with which endpoint.</summary>
    public FakeScript Script { get; } = new();

    /// <summary>The tokens, and which are good.</summary>
    public FakeTokens Tokens { get; }

    /// <summary>The chat sockets.</summary>
    public FakeChat Chat { get; }

    /// <summary>What <c>GET /chat</c> answers.</summary>
    public FakeHistory History { get; }

    /// <summary>The live sessions.</summary>
    public FakeLive Live { get; }

    /// <summary>Everything that clients sent.</summary>
    public FakeJournal Received { get; }

    /// <summary>How far the server's clock is ahead of the time provider's: in every date it writes, and in its tokens. Defaults to zero.</summary>
    public TimeSpan ClockSkew
    {
        get => Clock.Skew;
        set => Clock.Skew = value;
    }

    internal FakeRavatarServerOptions Options { get; }

    internal FakeClock Clock { get; }

    internal Scheduler Scheduler { get; }

    /// <summary>Starts a server. It answers when the task completes.</summary>
    /// <param name="options">How; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The server; dispose it to stop it.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<FakeRavatarServer> StartAsync(
        FakeRavatarServerOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new FakeRavatarServerOptions();
        FakeRavatarServerOptions.Validate(options);
        var server = new FakeRavatarServer(options);
        try
        {
            await server.ListenAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the server: whatever is connected is dropped.</summary>
    /// <returns>A task; it takes well under a second whatever state the connections are in.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        Scheduler.Dispose();
        using var patience = new CancellationTokenSource(StopTimeout);
        await _kestrel.StopAsync(patience.Token).ConfigureAwait(false);
        _kestrel.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Judges a request's token, and notes the verdict on the request.</summary>
    internal bool CheckToken(ReceivedRequest request)
    {
        var check = Tokens.Check(request.Token);
        request.TokenWasGood = check.IsGood;
        request.TokenUserId = check.UserId;
        return check.IsGood;
    }

    private static KestrelServerOptions KestrelOptions(int port)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxRequestLineSize = 64 * 1024;
        options.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        return options;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var dispatcher = new Dispatcher(this, _stopping.Token);
        await _kestrel.StartAsync(new HttpApplication(dispatcher.HandleAsync), cancellationToken).ConfigureAwait(false);
        BaseAddress = new Uri(_kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        ChatAddress = new UriBuilder(BaseAddress) { Scheme = "ws", Path = "/ws/chat" }.Uri;
    }
}
