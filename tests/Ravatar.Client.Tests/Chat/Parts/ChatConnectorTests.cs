using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Which failures to connect are worth another try, after how long, with which token; attempt by attempt.</summary>
public class ChatConnectorTests
{
    private static readonly RavatarPaymentRequiredException Payment = new("pay first");

    private readonly ManualTimeProvider _time = new();
    private readonly ChatChannelOptions _options = new();
    private readonly List<ChatStateChange> _steps = [];
    private readonly List<bool> _refreshes = [];
    private readonly ScriptedConnector _sockets = new();
    private Func<int, bool> _onRefresh = static _ => true;
    private Action _onProbe = static () => { };
    private int _probes;

    [Fact]
    public async Task The_first_attempt_is_made_at_once_and_later_ones_to_open_after_a_while()
    {
        _sockets.Answers = [Status(503), Status(503), null];
        (IChatSocket? socket, ChatEnd? end) = await ConnectAsync(Connector(), 0.25, 0.5);
        Assert.NotNull(socket);
        Assert.Null(end);
        Assert.Equal(
            [
                (ChatState.Connecting, 1, TimeSpan.Zero),
                (ChatState.Connecting, 2, TimeSpan.FromSeconds(0.25)),
                (ChatState.Connecting, 3, TimeSpan.FromSeconds(0.5)),
            ],
            _steps.Select(s => (s.State, s.Attempt, s.Delay))
        );
        Assert.Equal(["begun", "HTTP 503", "HTTP 503"], _steps.Select(s => s.Reason));
        Assert.Equal([false, true, true], _steps.Select(s => s.Error is not null));
        Assert.Equal(TimeSpan.FromSeconds(0.75), _time.Elapsed);
    }

    [Fact]
    public async Task After_a_connection_every_attempt_waits_the_first_one_too()
    {
        ChatConnector connector = Connector();
        await ConnectAsync(connector);
        _steps.Clear();
        _sockets.Answers = [Status(404), null];
        Assert.NotNull((await ConnectAsync(connector, 0.25, 0.5)).Socket);
        Assert.Equal(
            [(ChatState.Reconnecting, 1, TimeSpan.FromSeconds(0.25)), (ChatState.Reconnecting, 2, TimeSpan.FromSeconds(0.5))],
            _steps.Select(s => (s.State, s.Attempt, s.Delay))
        );
    }

    [Fact]
    public async Task So_many_attempts_to_open_and_it_is_given_up_with_all_that_is_known()
    {
        _sockets.Otherwise = Status(503);
        ChatEnd end = (await ConnectAsync(Connector(), 0.25, 0.5)).End!;
        Assert.Equal((ChatEndReason.AttemptsExhausted, 3), (end.Reason, _sockets.Addresses.Count));
        RavatarConnectionException error = Assert.IsType<RavatarConnectionException>(end.Exception);
        Assert.Equal("3 attempts in a row failed; the last: HTTP 503", error.Message);
        Assert.Equal((503, "Check the network and the address, then open a new channel."), (error.UpgradeStatus, error.Recommendation));
        Assert.Equal(error.Message, end.Message);
    }

    [Fact]
    public async Task After_a_connection_the_limit_is_that_for_reconnecting_and_the_close_is_told()
    {
        ChatConnector connector = Connector();
        await ConnectAsync(connector);
        _options.Reconnect.MaxAttempts = 5;
        _sockets.Otherwise = new IOException("no route");
        Outage outage = new(new ConnectionEnd("dropped", 1012, "restart"));
        ChatEnd end = (await ConnectAsync(connector, outage, 0.25, 0.5, 1, 2, 4)).End!;
        Assert.Equal((ChatEndReason.AttemptsExhausted, 1 + 5), (end.Reason, _sockets.Addresses.Count));
        Assert.Null(((RavatarConnectionException)end.Exception!).UpgradeStatus);

        ChatEnd closed = (await ConnectAsync(connector, Exhausted(5))).End!;
        RavatarConnectionException error = (RavatarConnectionException)closed.Exception!;
        Assert.Equal((1012, "restart"), (closed.CloseCode, closed.CloseText));
        Assert.Equal((1012, "restart"), (error.CloseCode, error.CloseReason));

        static Outage Exhausted(int failures)
        {
            Outage outage = new(new ConnectionEnd("dropped"));
            for (int i = 0; i < failures; i++)
            {
                outage.Fail(new ConnectionEnd("closed again", 1012, "restart"));
            }
            return outage;
        }
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_given_up_and_another_made()
    {
        _options.ConnectTimeout = TimeSpan.FromSeconds(7);
        _sockets.Hangs = 1;
        ChatConnector connector = Connector();
        Assert.NotNull((await ConnectAsync(connector, 7, 0.25)).Socket);
        Assert.Equal("The chat socket could not be opened within 7 s.", _steps[1].Reason);
        Assert.Equal(TimeSpan.FromSeconds(7.25), _time.Elapsed);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_and_an_attempt()
    {
        using CancellationTokenSource cancelled = new();
        _sockets.Hangs = 1;
        Task attempt = Connector().ConnectAsync(Begun(), cancelled.Token);
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt.WaitAsync(ManualTimeProvider.HangGuard));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Connector().ConnectAsync(Begun(), cancelled.Token));
        Assert.Single(_steps);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_token_is_replaced_at_once(int status)
    {
        _sockets.Answers = [Status(status), null];
        ChatConnector connector = Connector();
        Assert.Equal("", connector.Token);
        Assert.NotNull((await ConnectAsync(connector)).Socket);
        Assert.Equal(["wss://model/?token=token-0", "wss://model/?token=token-1"], _sockets.Addresses.Select(a => a.ToString()));
        Assert.Equal("token-1", connector.Token);
        Assert.Equal([false], _refreshes);
        Assert.Equal((TimeSpan.Zero, 1), (_time.Elapsed, _steps[1].Attempt));
    }

    [Fact]
    public async Task A_token_that_others_left_is_tried_before_a_new_one_and_the_second_new_one_is_the_end()
    {
        _onRefresh = n => n > 1;
        _sockets.Otherwise = Status(403);
        ChatEnd end = (await ConnectAsync(Connector())).End!;
        Assert.Equal([false, true], _refreshes);
        Assert.Equal(3, _sockets.Addresses.Count);
        Assert.Equal(ChatEndReason.AuthenticationFailed, end.Reason);
        RavatarAuthenticationException error = Assert.IsType<RavatarAuthenticationException>(end.Exception);
        Assert.Equal("The chat socket refused a fresh token as well: HTTP 403", error.Message);
        Assert.Contains("issued for them a moment ago", error.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_that_fails_counts_as_an_attempt_unless_it_is_final()
    {
        _onRefresh = n => n == 1 ? throw new RavatarConnectionException("no network") : true;
        _sockets.Answers = [Status(403), Status(403), null];
        Assert.NotNull((await ConnectAsync(Connector(), 0.25)).Socket);
        Assert.Equal(["begun", "no network", "HTTP 403"], _steps.Select(s => s.Reason));
        Assert.Equal([1, 2, 2], _steps.Select(s => s.Attempt));

        _onRefresh = static _ => throw new RavatarAuthenticationException("who are you?");
        _sockets.Otherwise = Status(401);
        ChatEnd end = (await ConnectAsync(Connector())).End!;
        Assert.Equal((ChatEndReason.AuthenticationFailed, "who are you?"), (end.Reason, end.Message));
    }

    [Fact]
    public async Task Payment_required_is_the_end_and_says_what_to_do()
    {
        _sockets.Otherwise = Status(402);
        ChatEnd end = (await ConnectAsync(Connector())).End!;
        RavatarPaymentRequiredException error = Assert.IsType<RavatarPaymentRequiredException>(end.Exception);
        Assert.Equal((ChatEndReason.PaymentRequired, "HTTP 402"), (end.Reason, end.Message));
        Assert.Equal(HttpStatusCode.PaymentRequired, error.StatusCode);
        Assert.Contains("payment prompt", error.Recommendation, StringComparison.Ordinal);
        Assert.Single(_sockets.Addresses);
    }

    [Theory]
    [InlineData(299, false)]
    [InlineData(300, true)]
    [InlineData(307, true)]
    [InlineData(404, true)]
    [InlineData(408, false)]
    [InlineData(425, false)]
    [InlineData(429, false)]
    [InlineData(499, true)]
    [InlineData(500, false)]
    public async Task Some_statuses_say_that_it_is_the_wrong_place_as_long_as_it_was_never_the_right_one(int status, bool isFinal)
    {
        _sockets.Answers = [Status(status), null];
        (IChatSocket? socket, ChatEnd? end) = await ConnectAsync(Connector(), isFinal ? [] : [0.25]);
        Assert.Equal(isFinal, socket is null);
        Assert.Equal(isFinal ? $"HTTP {status} Check the address." : null, end?.Message);
        Assert.Equal(isFinal ? ChatEndReason.Rejected : null, end?.Reason);

        _sockets.Answers = [null, Status(status), null];
        ChatConnector connector = Connector();
        await ConnectAsync(connector);
        Assert.NotNull((await ConnectAsync(connector, 0.25, 0.5)).Socket);
    }

    public static TheoryData<Exception, ChatEndReason?, ChatEndReason?> Failures() =>
        new()
        {
            { Payment, ChatEndReason.PaymentRequired, ChatEndReason.PaymentRequired },
            { new RavatarAuthenticationException("no"), ChatEndReason.AuthenticationFailed, ChatEndReason.AuthenticationFailed },
            {
                new RavatarAuthenticationException("no token in the answer") { StatusCode = HttpStatusCode.OK },
                ChatEndReason.AuthenticationFailed,
                null
            },
            {
                new RavatarApiException("not here") { StatusCode = HttpStatusCode.NotFound },
                ChatEndReason.Rejected,
                null
            },
            {
                new RavatarApiException("broken") { StatusCode = HttpStatusCode.InternalServerError },
                null,
                null
            },
            { new RavatarApiException("no answer"), null, null },
            { new System.Text.DecoderFallbackException("an argument of any kind"), ChatEndReason.Rejected, ChatEndReason.Rejected },
            { new UriFormatException("bad address"), ChatEndReason.Rejected, ChatEndReason.Rejected },
            { new ObjectDisposedException("RavatarClient"), ChatEndReason.Rejected, ChatEndReason.Rejected },
            { new InvalidOperationException("a handler of the application's"), null, null },
            { new TimeoutException("late"), null, null },
        };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task A_failure_of_any_kind_is_final_or_worth_another_try(
        Exception failure,
        ChatEndReason? whenOpening,
        ChatEndReason? afterwards
    )
    {
        _sockets.Answers = [failure, null];
        ChatEnd? end = (await ConnectAsync(Connector(), whenOpening is null ? [0.25] : [])).End;
        Assert.Equal(whenOpening, end?.Reason);
        Assert.Same(whenOpening is null ? null : failure, end?.Exception);
        Assert.Equal(whenOpening is null ? null : failure.Message, end?.Message);

        _sockets.Answers = [null, failure, null];
        ChatConnector connector = Connector();
        await ConnectAsync(connector);
        Assert.Equal(afterwards, (await ConnectAsync(connector, afterwards is null ? [0.25, 0.5] : [0.25])).End?.Reason);
    }

    [Fact]
    public async Task Where_the_platform_hides_the_status_a_request_finds_out()
    {
        _sockets.TellsUpgradeStatus = false;
        _sockets.Answers = [Status(null), null];
        Assert.NotNull((await ConnectAsync(Connector(), 0.25)).Socket);
        Assert.Equal((1, 2), (_probes, _steps[1].Attempt));

        _onProbe = static () => throw Payment;
        _sockets.Answers = [Status(null), null];
        Assert.Same(Payment, (await ConnectAsync(Connector())).End!.Exception);

        _onProbe = static () => throw new RavatarConnectionException("no network");
        _sockets.Answers = [Status(null), null];
        _steps.Clear();
        Assert.NotNull((await ConnectAsync(Connector(), 0.25)).Socket);
        Assert.Equal("no status", _steps[1].Reason);
    }

    [Fact]
    public async Task Where_the_platform_tells_the_status_its_absence_is_a_failure_like_any_other()
    {
        _sockets.Answers = [Status(null), null];
        Assert.NotNull((await ConnectAsync(Connector(), 0.25)).Socket);
        Assert.Equal(0, _probes);
    }

    [Theory]
    [InlineData(1008, true)]
    [InlineData(4401, true)]
    [InlineData(4403, true)]
    [InlineData(1000, false)]
    [InlineData(4402, false)]
    [InlineData(null, false)]
    public void Some_close_codes_refuse_the_token(int? code, bool refuses)
    {
        Assert.Equal(refuses, ChatConnector.IsTokenRefusal(new ConnectionEnd("closed", code)));
    }

    private static RavatarConnectionException Status(int? status) =>
        new(status is null ? "no status" : $"HTTP {status}") { UpgradeStatus = status };

    private static Outage Begun() => new(new ConnectionEnd("begun"));

    private ChatConnector Connector() =>
        new(
            new ChatEnvironment
            {
                Address = token => new Uri($"wss://model/?token={token}"),
                GetTokenAsync = _ => Task.FromResult($"token-{_refreshes.Count}"),
                RefreshTokenAsync = (mustBeNew, _) => Task.Run(() => Refresh(mustBeNew)),
                ReadHistoryAsync = static (_, _) => throw new NotSupportedException(),
                ProbeAsync = _ =>
                {
                    _probes++;
                    _onProbe();
                    return Task.CompletedTask;
                },
                Connector = _sockets,
                Time = _time,
                Logger = NullLogger.Instance,
                Payloads = NullLogger.Instance,
                NextRandom = static () => 0.5,
            },
            _options,
            _steps.Add
        );

    private bool Refresh(bool mustBeNew)
    {
        _refreshes.Add(mustBeNew);
        return _onRefresh(_refreshes.Count);
    }

    private Task<(IChatSocket? Socket, ChatEnd? End)> ConnectAsync(ChatConnector connector, params double[] waits) =>
        ConnectAsync(connector, Begun(), waits);

    /// <summary>Connects, and moves the clock by these waits, in seconds, each when it is asked for.</summary>
    private async Task<(IChatSocket? Socket, ChatEnd? End)> ConnectAsync(ChatConnector connector, Outage outage, params double[] waits)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Task<(IChatSocket?, ChatEnd?)> connecting = connector.ConnectAsync(outage, token);
        foreach (double wait in waits)
        {
            await _time.AdvanceToTimerAsync(TimeSpan.FromSeconds(wait), TimeSpan.FromSeconds(wait), token);
        }
        return await connecting.WaitAsync(ManualTimeProvider.HangGuard, token);
    }

    private sealed class ScriptedConnector : IChatSocketConnector
    {
        public List<Uri> Addresses { get; } = [];

        /// <summary>How attempts fail, in turn; null is a connection.</summary>
        public Queue<Exception?> Script { get; private set; } = new();

        public IEnumerable<Exception?> Answers
        {
            set => Script = new Queue<Exception?>(value);
        }

        /// <summary>How all later ones fail.</summary>
        public Exception? Otherwise { get; set; }

        /// <summary>So many attempts hang until they are cancelled.</summary>
        public int Hangs { get; set; }

        public bool CanWaitWithoutBuffer => true;

        public bool TellsUpgradeStatus { get; set; } = true;

        public bool DetectsSilentDeath => true;

        public async Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
        {
            Addresses.Add(address);
            if (Hangs > 0)
            {
                Hangs--;
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            return (Script.Count > 0 ? Script.Dequeue() : Otherwise) is { } failure ? throw failure : new ScriptedSocket();
        }
    }
}
