using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>One connection, and the one reason for which it ends.</summary>
public class ChatConnectionTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly HeldSocket _held = new();
    private readonly ScriptedSocket _scripted = new();
    private int _waits;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_that_is_done_at_once_sets_no_timer()
    {
        using ChatConnection connection = Over(_held);
        await connection.WriteAsync("hi"u8.ToArray());
        Assert.Equal(["hi"], _held.Sent);
        Assert.DoesNotContain(TimeSpan.FromSeconds(30), _time.Requested);
    }

    [Fact]
    public async Task A_slow_write_has_so_much_time_and_no_more()
    {
        TaskCompletionSource held = new();
        _held.OnSend = _ => held.Task;
        using ChatConnection connection = Over(_held);
        Task first = connection.WriteAsync("first"u8.ToArray()).AsTask();
        Assert.Equal([TimeSpan.FromSeconds(30)], _time.Pending);
        _time.Advance(TimeSpan.FromSeconds(29));
        held.SetResult();
        await first.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Empty(_time.Pending);
        held = new();
        Task second = connection.WriteAsync("second"u8.ToArray()).AsTask();
        _time.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal("A message could not be written within 30 s.", (await connection.Ended).Reason);
        Assert.Empty(_time.Pending);
    }

    [Fact]
    public async Task A_write_that_fails_ends_it_and_later_ones_are_refused()
    {
        TaskCompletionSource held = new();
        _held.OnSend = _ => held.Task;
        using ChatConnection connection = Over(_held);
        Task write = connection.WriteAsync("hi"u8.ToArray()).AsTask();
        held.SetException(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => write.WaitAsync(ManualTimeProvider.HangGuard, Token));
        ConnectionEnd end = await connection.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("Writing failed: broken", end.Reason);
        Assert.IsType<InvalidOperationException>(end.Error);
        RavatarConnectionException refused = await Assert.ThrowsAsync<RavatarConnectionException>(async () =>
            await connection.WriteAsync("late"u8.ToArray())
        );
        Assert.Equal("The connection is gone.", refused.Message);
        Assert.Single(_held.Sent);
    }

    [Fact]
    public async Task The_first_reason_stays_and_everybody_learns_of_it()
    {
        ChatConnection connection = Over(_held);
        Assert.True(connection.End(new ConnectionEnd("first")));
        Assert.False(connection.End(new ConnectionEnd("second")));
        connection.Dispose();
        Assert.Equal("first", (await connection.Ended).Reason);
        Assert.True(connection.Gone.IsCancellationRequested && _held.IsAborted);
    }

    [Fact]
    public async Task Disposal_is_a_reason_too()
    {
        ChatConnection connection = Over(_held);
        connection.Dispose();
        Assert.Equal("It was disposed.", (await connection.Ended).Reason);
    }

    [Fact]
    public async Task A_goodbye_that_nobody_answers_takes_as_long_as_it_may()
    {
        using ChatConnection connection = Over(_held);
        Task closing = connection.CloseAsync(TimeSpan.FromSeconds(2));
        Assert.Equal([TimeSpan.FromSeconds(2)], _time.Pending);
        Assert.False(connection.Ended.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        await closing.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("It was closed on this side.", (await connection.Ended).Reason);
    }

    [Theory]
    [InlineData(1001, "going away", "The server closed it with 1001 (going away).")]
    [InlineData(1001, null, "The server closed it with 1001.")]
    [InlineData(1001, "", "The server closed it with 1001.")]
    [InlineData(4000, "with secret-token-of-mine", "The server closed it with 4000 (with [token]).")]
    [InlineData(null, null, "The server closed it without a reason.")]
    public async Task The_servers_goodbye_is_told_without_the_token(int? code, string? text, string reason)
    {
        using ChatConnection connection = Over(_scripted);
        _scripted.Close(code, text);
        await ReadAsync(connection);
        ConnectionEnd end = await connection.Ended;
        Assert.Equal((reason, code), (end.Reason, end.CloseCode));
        Assert.Equal(1, _waits); // whoever reads gets what there is, whatever ended it
    }

    [Fact]
    public async Task Readers_are_woken_before_a_goodbye_that_does_not_get_out()
    {
        using ChatConnection connection = Over(_scripted);
        TaskCompletionSource stuck = new();
        _scripted.Goodbye = stuck.Task;
        List<ChatEvent> received = [];
        _scripted.Message("""{"type":"system","content":"last words"}"""u8.ToArray());
        _scripted.Close(1001);
        Task reading = connection.ReadAsync(received.Add, static () => Task.CompletedTask, () => _waits++);
        Assert.Equal((1, 1), (_waits, received.Count));
        Assert.False(connection.Ended.IsCompleted);
        Assert.Equal([TimeSpan.FromSeconds(1)], _time.Pending);
        _time.Advance(TimeSpan.FromSeconds(1));
        await reading.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(1001, (await connection.Ended).CloseCode);
    }

    [Fact]
    public async Task A_read_that_fails_ends_it()
    {
        using ChatConnection connection = Over(_scripted);
        _scripted.Fail(new InvalidOperationException("broken"));
        await ReadAsync(connection);
        Assert.Equal("Reading failed: broken", (await connection.Ended).Reason);
    }

    [Fact]
    public async Task Nothing_is_read_while_there_is_no_room_and_readers_are_woken_before_that_wait()
    {
        using ChatConnection connection = Over(_scripted);
        TaskCompletionSource room = new();
        List<ChatEvent> received = [];
        _scripted.Message("""{"type":"system","content":"a word"}"""u8.ToArray());
        Task reading = connection.ReadAsync(received.Add, () => received.Count == 0 ? room.Task : Task.CompletedTask, () => _waits++);
        Assert.Equal((1, 0), (_waits, received.Count));
        room.SetResult();
        while (received.Count == 0)
        {
            await Task.Yield();
        }
        connection.End(new ConnectionEnd("enough"));
        _scripted.Close();
        await reading.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("enough", (await connection.Ended).Reason);
    }

    private ChatConnection Over(IChatSocket socket) =>
        new(
            1,
            socket,
            "secret-token-of-mine",
            waitWithoutBuffer: false,
            new ChatChannelOptions(),
            _time,
            new MessageLog(1, "", NullLogger.Instance, NullLogger.Instance)
        );

    private Task ReadAsync(ChatConnection connection) =>
        connection
            .ReadAsync(static _ => { }, static () => Task.CompletedTask, () => _waits++)
            .WaitAsync(ManualTimeProvider.HangGuard, Token);
}
