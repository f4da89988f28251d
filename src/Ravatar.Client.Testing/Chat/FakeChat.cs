using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>
/// The chat sockets: how they answer, and what goes wrong with them. Without a word from a test, every text and every recording gets one
/// friendly answer at once. Everything may be changed at any time and counts from the next message.
/// </summary>
public sealed class FakeChat
{
    private readonly FakeRavatarServer _server;
    private readonly MessageHandler _handler;
    private readonly SocketSet _open = new();

    internal FakeChat(FakeRavatarServer server)
    {
        _server = server;
        _handler = new MessageHandler(server, this);
    }

    /// <summary>The HTTP status that refuses the upgrade of a socket whose token is bad. Defaults to 403.</summary>
    public int BadTokenStatus { get; set; } = 403;

    /// <summary>
    /// When set, a socket whose token is bad is accepted and closed at once with this code, for example 1008, 4401 or 4403, instead of being
    /// refused. Defaults to <see langword="null"/>.
    /// </summary>
    public int? BadTokenCloseCode { get; set; }

    /// <summary>Frames that every new socket is sent first, as they go over the wire. Defaults to none.</summary>
    public IReadOnlyList<string> Greeting { get; set; } = [];

    /// <summary>How long answers take, by the server's time provider. Defaults to zero.</summary>
    public TimeSpan AnswerDelay { get; set; }

    /// <summary>Whether the socket's copy of an answer carries <c>_id</c>. Defaults to <see langword="true"/>.</summary>
    public bool AnswersHaveIds { get; set; } = true;

    /// <summary>Whether the socket's copy of an answer carries <c>request</c>. Defaults to <see langword="true"/>.</summary>
    public bool AnswersRepeatRequest { get; set; } = true;

    /// <summary>How the socket's copy of an answer says when. Defaults to <see cref="FakeDateStyle.Milliseconds"/>.</summary>
    public FakeDateStyle AnswerDates { get; set; }

    /// <summary>Whether answers in Chat Mode name an audio file, which the server then serves. Defaults to <see langword="true"/>.</summary>
    public bool AnswersHaveFiles { get; set; } = true;

    /// <summary>
    /// Whether an answer whose connection has gone meanwhile is sent over the newest open one of the same user. Defaults to
    /// <see langword="false"/>: it is found in the history only.
    /// </summary>
    public bool AnswersFollowUser { get; set; }

    /// <summary>What recordings are heard to say. Defaults to their length: <c>a voice message of 1.5 s</c>.</summary>
    public Func<ReceivedMessage, string>? Transcribe { get; set; }

    /// <summary>The open sockets, oldest first.</summary>
    public IReadOnlyList<FakeSocket> Sockets => _open.All();

    internal ChatSessions Sessions { get; } = new();

    internal DropPlan Drops { get; } = new();

    /// <summary>Answers texts and recordings (not frames of live audio). The function runs where messages are read, and must not block.</summary>
    /// <param name="answer">Gives the answer, or <see langword="null"/> for none; <see langword="null"/> itself brings back the usual answers.</param>
    public void AnswerWith(Func<ReceivedMessage, FakeAnswer?>? answer) =>
        _handler.Answers = answer is null ? null : message => answer(message) is { } one ? [one] : [];

    /// <summary>The same, with any number of answers to each message. Each has its own delay.</summary>
    /// <param name="answers">Gives the answers.</param>
    public void AnswerWithMany(Func<ReceivedMessage, IEnumerable<FakeAnswer>>? answers) => _handler.Answers = answers;

    /// <summary>Sends a frame over all open sockets.</summary>
    /// <param name="text">The frame's text, valid JSON or not.</param>
    /// <param name="cancellationToken">Stops the waiting, not the sending.</param>
    /// <returns>A task that completes when it has been written everywhere.</returns>
    /// <exception cref="IOException">A connection ended before.</exception>
    public Task PushAsync(string text, CancellationToken cancellationToken = default) => PushAsync(Sockets, text, cancellationToken);

    /// <summary>Sends a frame over all open sockets of one user.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="text">The frame's text, valid JSON or not.</param>
    /// <param name="cancellationToken">Stops the waiting, not the sending.</param>
    /// <returns>A task that completes when it has been written everywhere.</returns>
    /// <exception cref="IOException">A connection ended before.</exception>
    public Task PushToUserAsync(string userId, string text, CancellationToken cancellationToken = default) =>
        PushAsync(Sockets.Where(socket => socket.UserId == userId), text, cancellationToken);

    /// <summary>Loses all open connections at once.</summary>
    /// <param name="manner">How. Defaults to a TCP reset.</param>
    public void DropConnections(FakeDropManner manner = FakeDropManner.Reset)
    {
        foreach (var socket in Sockets)
        {
            socket.Drop(manner);
        }
    }

    /// <summary>Sends a close frame over all open sockets.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason; <see langword="null"/> for none.</param>
    public void CloseConnections(int code = 1001, string? reason = null)
    {
        foreach (var socket in Sockets)
        {
            socket.Pump.End(new FakeDrop(FakeDropPoint.BeforeReceiving, FakeDropManner.Close, code, reason));
        }
    }

    /// <summary>Loses the connection of one message to come.</summary>
    /// <param name="messages">Which: 1 is the next message that arrives on any socket.</param>
    /// <param name="point">Where in that message's life.</param>
    /// <param name="manner">How.</param>
    public void DropAt(int messages, FakeDropPoint point, FakeDropManner manner = FakeDropManner.Reset) =>
        DropAt(messages, new FakeDrop(point, manner));

    /// <summary>Loses the connection of one message to come.</summary>
    /// <param name="messages">Which: 1 is the next message that arrives on any socket.</param>
    /// <param name="drop">Where and how.</param>
    public void DropAt(int messages, FakeDrop drop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        Drops.At(messages, drop);
    }

    /// <summary>Loses the connection of every n-th message from now on, messages sent again included.</summary>
    /// <param name="messages">The distance, from 1.</param>
    /// <param name="point">Where in that message's life.</param>
    /// <param name="manner">How.</param>
    public void DropEvery(int messages, FakeDropPoint point, FakeDropManner manner = FakeDropManner.Reset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(messages, 1);
        Drops.Every(messages, new FakeDrop(point, manner));
    }

    /// <summary>
    /// Decides per message. The function sees messages that have arrived, so <see cref="FakeDropPoint.BeforeReceiving"/> and
    /// <see cref="FakeDropPoint.WhileReceiving"/> act like <see cref="FakeDropPoint.AfterReceiving"/> here.
    /// </summary>
    /// <param name="decide">Gives the drop, or <see langword="null"/> for none.</param>
    public void DropWhen(Func<ReceivedMessage, FakeDrop?> decide) => Drops.When(decide);

    /// <summary>Takes back all drops that were planned.</summary>
    public void DropNever() => Drops.Clear();

    internal FakeSocket? Newest(string? userId) => _open.Newest(userId);

    /// <summary>The refusal of an upgrade request; nothing where it is to be accepted.</summary>
    internal HttpReply? Refusal(ReceivedRequest request)
    {
        if (!request.Headers.TryGetValue("Upgrade", out var upgrade) || !upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase))
        {
            return HttpReply.Error(426, "WebSocket expected");
        }

        return _server.CheckToken(request) || BadTokenCloseCode is not null ? null : HttpReply.Error(BadTokenStatus);
    }

    internal async Task AcceptAsync(HttpContext context, ReceivedRequest request, CancellationToken stopping)
    {
        using var pump = new SocketPump(context, _server.Options.MaxMessageBytes, _server.Received.Changed, stopping);
        var good = request.TokenWasGood == true;
        var socket = _open.Add(number => new FakeSocket(number, good ? request.TokenUserId : null, _server.Clock.Now, pump));
        try
        {
            // All before the client hears of it: once its connect has returned, a test finds the socket here.
            Start(socket, good);
            _server.Received.Answered(request, StatusCodes.Status101SwitchingProtocols);
            var connection = await Handshake.UpgradeAsync(context).ConfigureAwait(false);
            await pump.RunAsync(connection, Drops, (number, raw, isText, drop) => _handler.Receive(socket, number, raw, isText, drop))
                .ConfigureAwait(false);
        }
        finally
        {
            _open.Remove(socket);
            pump.Dispose();
            _server.Received.Changed();
        }
    }

    private void Start(FakeSocket socket, bool good)
    {
        if (!good)
        {
            var code = BadTokenCloseCode ?? (int)WebSocketCloseStatus.PolicyViolation;
            socket.Pump.End(new FakeDrop(FakeDropPoint.BeforeReceiving, FakeDropManner.Close, code, "token expired or invalid"));
            return;
        }

        _server.Received.Add(socket);
        foreach (var frame in Greeting)
        {
            socket.Pump.Frames.EnqueueText(System.Text.Encoding.UTF8.GetBytes(frame));
        }
    }

    private static Task PushAsync(IEnumerable<FakeSocket> sockets, string text, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled(cancellationToken) // also where there is no socket
            : Task.WhenAll(sockets.Select(socket => socket.SendAsync(text, cancellationToken)));
}
