using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The beginning of a channel: handed over, or given up at any moment with nothing left of it.</summary>
public class ChatOpeningTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _historyAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _historyGivenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Sockets _sockets = new();
    private Func<CancellationToken, Task>? _history;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_and_baseline_are_under_way_without_anybody_s_asking()
    {
        ChatOpening opening = Begin();
        await Soon(_historyAsked.Task);
        (IChatSocket? socket, ChatEnd? end) = await Soon(opening.TakeConnectionAsync());
        Assert.Same(Assert.Single(_sockets.Made), socket);
        Assert.Null(end);
        await Soon(opening.History.Baseline);
        Assert.True(opening.History.IsFixed);
        Assert.Equal(ChatState.Connecting, opening.States.Present.State);
    }

    [Fact]
    public async Task A_socket_that_was_made_gets_a_goodbye_and_nothing_else()
    {
        ChatOpening opening = Begin();
        await Soon(_sockets.Connected.Task);
        await Soon(opening.GiveUpAsync());
        Socket socket = Assert.Single(_sockets.Made);
        Assert.Equal(["goodbye", "abort", "dispose"], socket.Calls);
        Assert.Equal(ChatState.Closed, opening.States.Present.State);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task A_goodbye_that_does_not_get_through_is_not_waited_for_long()
    {
        _sockets.Goodbye = new TaskCompletionSource().Task;
        ChatOpening opening = Begin();
        await Soon(_sockets.Connected.Task);
        Task givingUp = opening.GiveUpAsync();
        await _time.AdvanceToTimerAsync(TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250), Token);
        await Soon(givingUp);
        Assert.Equal(["goodbye", "abort", "dispose"], Assert.Single(_sockets.Made).Calls);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task A_goodbye_that_throws_hurts_nobody()
    {
        _sockets.Goodbye = Task.FromException(new IOException("gone"));
        ChatOpening opening = Begin();
        await Soon(_sockets.Connected.Task);
        await Soon(opening.GiveUpAsync());
        Assert.Equal(["goodbye", "abort", "dispose"], Assert.Single(_sockets.Made).Calls);
    }

    [Fact]
    public async Task An_attempt_and_a_read_under_way_are_cancelled_and_waited_for()
    {
        TaskCompletionSource late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets.OnConnect = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token);
        _history = async token =>
        {
            await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, token));
            _historyGivenUp.SetResult();
            await late.Task; // an application's handler that takes its time
            throw new IOException("cancelled, in the words of a handler");
        };
        ChatOpening opening = Begin();
        await Soon(_historyAsked.Task);
        await Soon(_sockets.Asked.Task);
        Task givingUp = opening.GiveUpAsync();
        await Soon(_historyGivenUp.Task);
        Assert.False(givingUp.IsCompleted);
        late.SetResult();
        await Soon(givingUp);
        Assert.False(opening.History.IsFixed);
        Assert.Empty(_sockets.Made);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task A_connection_that_stands_although_it_was_cancelled_is_closed_as_well()
    {
        TaskCompletionSource late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _sockets.OnConnect = (_, _) => late.Task; // a platform that does not listen
        ChatOpening opening = Begin();
        await Soon(_sockets.Asked.Task);
        Task givingUp = opening.GiveUpAsync();
        Assert.False(givingUp.IsCompleted);
        late.SetResult();
        await Soon(givingUp);
        Assert.Equal(["goodbye", "abort", "dispose"], Assert.Single(_sockets.Made).Calls);
    }

    [Fact]
    public async Task The_wait_for_the_next_attempt_ends_and_there_is_none()
    {
        _sockets.OnConnect = static (_, _) => throw new RavatarConnectionException("HTTP 503") { UpgradeStatus = 503 };
        ChatOpening opening = Begin();
        await _time.WaitForTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(1), Token).WaitAsync(ManualTimeProvider.HangGuard, Token);
        await Soon(opening.GiveUpAsync());
        Assert.Equal(1, _sockets.Attempts);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task What_became_of_it_before_a_channel_took_it_over_is_the_channel_s_end()
    {
        _sockets.OnConnect = static (_, _) => throw new RavatarConnectionException("HTTP 404") { UpgradeStatus = 404 };
        ChatOpening opening = Begin();
        await Soon(_sockets.Asked.Task);
        await Soon(opening.History.Baseline);
        RavatarConnectionException error = await Assert.ThrowsAsync<RavatarConnectionException>(() =>
            ChatChannel
                .OpenAsync(opening, TestIdentity.With(), TimeSpan.FromSeconds(30), Token)
                .WaitAsync(ManualTimeProvider.HangGuard, Token)
        );
        Assert.Equal((404, 1), (error.UpgradeStatus, _sockets.Attempts));
        Assert.Equal(ChatState.Closed, opening.States.Present.State);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("closed, and the answer is stuck")]
    [InlineData("lost")]
    public async Task A_socket_that_is_over_when_it_is_taken_over_opens_no_channel_and_what_follows_is_still_opening(string how)
    {
        _sockets.Goodbye = how == "closed" ? Task.CompletedTask : new TaskCompletionSource().Task;
        _sockets.Read =
            how == "lost" ? static () => throw new IOException("reset") : static () => new(0, true, new SocketClose(1011, "full"));
        _sockets.OnConnect = static (n, _) =>
            n == 1 ? Task.CompletedTask : throw new RavatarConnectionException("HTTP 404") { UpgradeStatus = 404 };
        ChatOpening opening = Begin();
        await Soon(opening.Connecting);
        await Soon(opening.History.Baseline);

        Task<ChatChannel> opened = ChatChannel.OpenAsync(opening, TestIdentity.With(), TimeSpan.FromSeconds(30), Token);
        await _time.AdvanceUntilAsync(opened, TimeSpan.FromSeconds(5)); // the answer's patience, and the wait before the next attempt

        RavatarConnectionException error = await Assert.ThrowsAsync<RavatarConnectionException>(() => opened);
        Assert.Equal((404, 2), (error.UpgradeStatus, _sockets.Attempts));
    }

    [Theory]
    [InlineData(9.9, 1)]
    [InlineData(10, 2)]
    public async Task A_socket_that_nobody_read_for_long_is_replaced_before_it_is_used(double seconds, int sockets)
    {
        ChatOpening opening = Begin();
        await Soon(opening.Connecting);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        (IChatSocket? socket, _) = await Soon(opening.TakeConnectionAsync());
        Assert.Equal(sockets, _sockets.Made.Count);
        Assert.Same(_sockets.Made[^1], socket);
        Assert.Empty(_sockets.Made[^1].Calls);
        Assert.All(_sockets.Made.SkipLast(1), static s => Assert.Equal(["goodbye", "abort", "dispose"], s.Calls));
        Assert.Equal((ChatState.Connecting, TimeSpan.Zero), (opening.States.Present.State, opening.States.Present.Delay));
    }

    [Fact]
    public async Task The_replacement_has_the_limits_of_opening()
    {
        _sockets.OnConnect = static (n, _) =>
            n == 1 ? Task.CompletedTask : throw new RavatarConnectionException("HTTP 404") { UpgradeStatus = 404 };
        ChatOpening opening = Begin();
        await Soon(opening.Connecting);
        _time.Advance(TimeSpan.FromSeconds(10));
        (IChatSocket? socket, ChatEnd? end) = await Soon(opening.TakeConnectionAsync());
        Assert.Null(socket);
        Assert.Equal((ChatEndReason.Rejected, 2), (end!.Reason, _sockets.Attempts));
    }

    [Fact]
    public async Task The_replacement_has_all_the_attempts_of_opening()
    {
        _sockets.OnConnect = static (n, _) =>
            n is 3 or 6 ? Task.CompletedTask : throw new RavatarConnectionException("HTTP 503") { UpgradeStatus = 503 };
        ChatOpening opening = Begin();
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), Token);
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), Token);
        await Soon(opening.Connecting);
        _time.Advance(TimeSpan.FromSeconds(10));
        Task<(IChatSocket? Socket, ChatEnd? End)> taking = opening.TakeConnectionAsync();
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), Token);
        await _time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(5), Token);
        IChatSocket? socket = (await Soon(taking)).Socket;
        Assert.Same(_sockets.Made[1], socket);
        Assert.Equal(6, _sockets.Attempts);
    }

    [Fact]
    public async Task A_socket_on_a_token_that_was_replaced_is_replaced_too()
    {
        ChatOpening opening = Begin(isNewest: false);
        await Soon(opening.Connecting);
        IChatSocket? socket = (await Soon(opening.TakeConnectionAsync())).Socket;
        Assert.Same(_sockets.Made[1], socket);
        Assert.Equal(["goodbye", "abort", "dispose"], _sockets.Made[0].Calls);
    }

    [Fact]
    public async Task It_has_one_owner()
    {
        ChatOpening opening = Begin();
        await Soon(opening.GiveUpAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await opening.TakeConnectionAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => opening.GiveUpAsync());
    }

    private ChatOpening Begin(bool isNewest = true) =>
        new(
            new ChatEnvironment
            {
                Address = static token => new Uri($"wss://model/?token={token}"),
                GetTokenAsync = static _ => Task.FromResult("token"),
                RefreshTokenAsync = static (_, _) => throw new NotSupportedException(),
                IsNewest = _ => isNewest,
                ReadHistoryAsync = ReadHistoryAsync,
                ProbeAsync = static _ => throw new NotSupportedException(),
                Connector = _sockets,
                Time = _time,
                Logger = NullLogger.Instance,
                Payloads = NullLogger.Instance,
                NextRandom = static () => 0.5,
            },
            new ChatChannelOptions()
        );

    private async Task<HistoryPage> ReadHistoryAsync(int page, CancellationToken cancellationToken)
    {
        _historyAsked.TrySetResult();
        if (_history is not null)
        {
            await _history(cancellationToken);
        }
        return new HistoryPage { Page = page };
    }

    private static Task Soon(Task task) => task.WaitAsync(ManualTimeProvider.HangGuard, Token);

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(ManualTimeProvider.HangGuard, Token);

    private sealed class Sockets : IChatSocketConnector
    {
        private int _attempts;

        public List<Socket> Made { get; } = [];

        public int Attempts => Volatile.Read(ref _attempts);

        /// <summary>What happens before the n-th socket is made.</summary>
        public Func<int, CancellationToken, Task>? OnConnect { get; set; }

        /// <summary>What becomes of a goodbye.</summary>
        public Task Goodbye { get; set; } = Task.CompletedTask;

        /// <summary>What the sockets read; nothing, if not said.</summary>
        public Func<SocketRead>? Read { get; set; }

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool CanWaitWithoutBuffer => true;

        public bool TellsUpgradeStatus => true;

        public bool DetectsSilentDeath => true;

        public async Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
        {
            int number = Interlocked.Increment(ref _attempts);
            Asked.TrySetResult();
            if (OnConnect is not null)
            {
                await OnConnect(number, cancellationToken);
            }
            Socket socket = new(Goodbye, Read);
            Made.Add(socket);
            Connected.TrySetResult();
            return socket;
        }
    }

    /// <summary>Notes what is done to it.</summary>
    private sealed class Socket(Task goodbye, Func<SocketRead>? read) : IChatSocket
    {
        public List<string> Calls { get; } = [];

        public ValueTask SendAsync(ReadOnlyMemory<byte> message)
        {
            Calls.Add("send");
            return default;
        }

        public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer)
        {
            Calls.Add("receive");
            if (read is not null)
            {
                return new(buffer.IsEmpty ? default : read());
            }
            return new(new TaskCompletionSource<SocketRead>().Task);
        }

        public Task CloseOutputAsync()
        {
            Calls.Add("goodbye");
            return goodbye;
        }

        public void Abort() => Calls.Add("abort");

        public void Dispose() => Calls.Add("dispose");
    }
}
