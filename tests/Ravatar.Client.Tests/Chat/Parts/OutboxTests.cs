using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The one ordered way to the socket: who writes, who waits where, and what becomes of it when the connection goes.</summary>
public class OutboxTests
{
    private static readonly RavatarConnectionException Reason = new("the channel is over");

    private readonly HeldSocket _socket = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_posts_while_nothing_waits_writes_at_once()
    {
        Bed bed = new();
        bed.Open(_socket);
        OutgoingMessage message = bed.Post("hi");
        Assert.Equal(["hi"], _socket.Sent);
        Assert.Equal(OutgoingStage.Written, message.Stage);
        Assert.Equal(1, bed.Books.Counted.Sent);
        Assert.True(bed.Outbox.FlushAsync().IsCompleted && bed.Outbox.ShutAsync().IsCompleted);
        await message.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
    }

    [Fact]
    public async Task What_is_posted_before_a_connection_waits_and_comes_after_what_is_sent_again()
    {
        Bed bed = new();
        bed.Post("first");
        bed.Post("second");
        Task flushed = bed.Outbox.FlushAsync();
        Assert.False(flushed.IsCompleted);
        Assert.True(bed.Outbox.ShutAsync().IsCompleted); // nobody writes
        bed.Open(_socket, bed.Message("again 1"), bed.Message("again 2"));
        await flushed.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["again 1", "again 2", "first", "second"], _socket.Sent);
        Assert.Equal(4, bed.Books.Counted.Sent);
    }

    [Fact]
    public async Task One_message_is_written_at_a_time_and_those_that_come_meanwhile_follow_in_order()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = text => text == "slow" ? held.Task : Task.CompletedTask;
        bed.Open(_socket);
        OutgoingMessage slow = bed.Post("slow");
        bed.Post("2");
        bed.Post("3");
        Assert.Equal(["slow"], _socket.Sent);
        Assert.Equal((OutgoingStage.Writing, 0L), (slow.Stage, bed.Books.Counted.Sent));
        Task flushed = bed.Outbox.FlushAsync();
        Assert.False(flushed.IsCompleted);
        held.SetResult();
        await flushed.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["slow", "2", "3"], _socket.Sent);
        bed.Post("4");
        Assert.Equal("4", _socket.Sent[^1]);
    }

    [Fact]
    public async Task Shutting_waits_for_the_write_that_is_under_way_and_lets_nothing_else_out()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = _ => held.Task;
        bed.Open(_socket);
        bed.Post("slow");
        OutgoingMessage waiting = bed.Post("waits");
        Task shut = bed.Outbox.ShutAsync();
        Assert.False(shut.IsCompleted);
        Assert.Same(shut, bed.Outbox.ShutAsync());
        held.SetResult();
        await shut.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["slow"], _socket.Sent);
        Assert.False(bed.Outbox.FlushAsync().IsCompleted);
        HeldSocket next = new();
        bed.Open(next);
        await waiting.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["waits"], next.Sent);
    }

    [Fact]
    public async Task Who_finds_no_room_waits_in_front_and_comes_in_when_something_is_settled()
    {
        Bed bed = new(room: 2);
        bed.Open(_socket);
        bed.Post("1");
        bed.Post("2");
        OutgoingMessage third = bed.Post("3");
        OutgoingMessage fourth = bed.Post("4");
        Assert.Equal(["1", "2"], _socket.Sent);
        Assert.False(third.IsAdmitted);
        Assert.False(bed.Outbox.FlushAsync().IsCompleted);
        bed.Books.Receive("1", "re");
        await third.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.True(third.IsAdmitted);
        Assert.False(fourth.IsAdmitted);
        bed.Books.Receive("2", "re");
        await fourth.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["1", "2", "3", "4"], _socket.Sent);
    }

    [Fact]
    public async Task A_large_message_that_is_taken_back_makes_way_for_those_behind_it()
    {
        Bed bed = new(roomBytes: 100);
        bed.Open(_socket);
        bed.Post(new string('a', 60));
        OutgoingMessage large = bed.Post(new string('b', 60));
        OutgoingMessage small = bed.Post("c");
        Assert.Single(_socket.Sent);
        bed.Outbox.Remove(large);
        await small.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("c", _socket.Sent[^1]);
        Assert.Equal(2, _socket.Sent.Count);
    }

    [Fact]
    public async Task What_waits_can_be_taken_back()
    {
        Bed bed = new();
        OutgoingMessage regretted = bed.Post("regretted");
        Task flushed = bed.Outbox.FlushAsync();
        bed.Outbox.Remove(regretted);
        await flushed.WaitAsync(ManualTimeProvider.HangGuard, Token);
        bed.Open(_socket);
        bed.Post("next");
        Assert.Equal(["next"], _socket.Sent);
    }

    [Fact]
    public async Task What_nobody_wants_any_more_is_passed_over()
    {
        Bed bed = new();
        OutgoingMessage regretted = bed.Post("regretted");
        OutgoingMessage wanted = bed.Post("wanted");
        bed.Books.Conversation.Abandon(regretted);
        bed.Open(_socket);
        await wanted.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["wanted"], _socket.Sent);
        Assert.Equal(1, bed.Books.Counted.Sent);
    }

    [Fact]
    public async Task A_write_that_fails_ends_its_connection_and_what_follows_waits_for_the_next()
    {
        Bed bed = new();
        _socket.OnSend = _ => Task.FromException(new InvalidOperationException("broken"));
        ChatConnection connection = bed.Open(_socket);
        OutgoingMessage lost = bed.Post("lost");
        OutgoingMessage next = bed.Post("next");
        ConnectionEnd end = await connection.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("Writing failed: broken", end.Reason);
        Assert.IsType<InvalidOperationException>(end.Error);
        Assert.Equal((OutgoingStage.Writing, OutgoingStage.Waiting), (lost.Stage, next.Stage));
        Assert.True(bed.Outbox.ShutAsync().IsCompleted);
        Assert.Equal(["lost"], _socket.Sent);
        Assert.Equal(0, bed.Books.Counted.Sent);
        bed.Books.Lose();
        HeldSocket second = new();
        bed.Open(second, [.. bed.Books.Conversation.TakeAbsent()]);
        await next.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["lost", "next"], second.Sent);
    }

    [Fact]
    public async Task What_finds_its_connection_gone_keeps_its_place()
    {
        Bed bed = new();
        ChatConnection gone = bed.Open(_socket);
        gone.End(new ConnectionEnd("gone"));
        OutgoingMessage first = bed.Post("first");
        OutgoingMessage second = bed.Post("second");
        Assert.Equal((OutgoingStage.Waiting, 0), (first.Stage, _socket.Sent.Count));
        HeldSocket next = new();
        bed.Open(next);
        await second.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(["first", "second"], next.Sent);
    }

    [Fact]
    public async Task Closing_fails_what_waits_and_all_that_comes_with_the_first_reason()
    {
        Bed bed = new(room: 2);
        OutgoingMessage[] waiting = [bed.Post("waits"), bed.Post("waits too"), bed.Post("has no room")];
        Task flushed = bed.Outbox.FlushAsync();
        bed.Outbox.Close(Reason);
        bed.Outbox.Close(new RavatarConnectionException("a second reason"));
        await flushed.WaitAsync(ManualTimeProvider.HangGuard, Token);
        OutgoingMessage late = bed.Post("late");
        foreach (OutgoingMessage failed in waiting.Append(late))
        {
            Assert.Same(Reason, failed.Written.Task.Exception!.InnerException);
        }
        bed.Open(_socket);
        Assert.Empty(_socket.Sent);
    }

    [Fact]
    public async Task What_is_put_back_after_the_end_fails_too()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = _ => held.Task;
        ChatConnection connection = bed.Open(_socket);
        bed.Post("slow");
        OutgoingMessage next = bed.Post("next");
        connection.End(new ConnectionEnd("gone"));
        bed.Outbox.Close(Reason);
        held.SetResult();
        await Assert.ThrowsAsync<RavatarConnectionException>(() => next.Written.Task.WaitAsync(ManualTimeProvider.HangGuard, Token));
    }

    [Fact]
    public async Task Audio_goes_out_at_once_or_after_the_messages_that_wait()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = text => text == "slow" ? held.Task : Task.CompletedTask;
        bed.Open(_socket);
        Assert.True(await bed.Audio(1).AsTask().WaitAsync(ManualTimeProvider.HangGuard, Token));
        bed.Post("slow");
        Task<bool> second = bed.Audio(2).AsTask();
        OutgoingMessage message = bed.Post("message");
        Assert.False(second.IsCompleted);
        held.SetResult();
        Assert.True(await second.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(OutgoingStage.Written, message.Stage);
        Assert.Equal(["AQ==", "slow", "message", "Ag=="], _socket.Sent.Select(Bed.Short));
        Assert.Equal((4, 0), (bed.Books.Counted.Sent, bed.Books.Counted.AudioFramesDropped));
    }

    [Fact]
    public async Task A_message_that_comes_while_audio_is_written_follows_it()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = text => text.Contains("AQ==", StringComparison.Ordinal) ? held.Task : Task.CompletedTask;
        bed.Open(_socket);
        Task<bool> audio = bed.Audio(1).AsTask();
        OutgoingMessage message = bed.Post("message");
        Task<bool> later = bed.Audio(2).AsTask();
        Assert.Single(_socket.Sent);
        held.SetResult();
        Assert.True(await audio.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.True(await later.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal(OutgoingStage.Written, message.Stage);
        Assert.Equal(["AQ==", "message", "Ag=="], _socket.Sent.Select(Bed.Short));
    }

    [Fact]
    public async Task Audio_is_dropped_and_counted_where_it_cannot_go_out()
    {
        Bed bed = new();
        Assert.False(await bed.Audio(1)); // no connection
        ChatConnection connection = bed.Open(_socket);
        connection.End(new ConnectionEnd("gone"));
        Assert.False(await bed.Audio(2)); // it is gone
        bed.Open(new HeldSocket());
        bed.Outbox.Close(Reason);
        Assert.False(await bed.Audio(3)); // the channel is over
        Assert.Equal((0, 3), (bed.Books.Counted.Sent, bed.Books.Counted.AudioFramesDropped));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Audio_whose_write_fails_is_dropped_with_its_connection(bool later)
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = _ => later ? held.Task : Task.FromException(new InvalidOperationException("broken"));
        ChatConnection connection = bed.Open(_socket);
        Task<bool> audio = bed.Audio(1).AsTask();
        held.TrySetException(new InvalidOperationException("broken"));
        Assert.False(await audio.WaitAsync(ManualTimeProvider.HangGuard, Token));
        ConnectionEnd end = await connection.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal("Writing failed: broken", end.Reason);
        Assert.Equal((0, 1), (bed.Books.Counted.Sent, bed.Books.Counted.AudioFramesDropped));
        Assert.True(bed.Outbox.ShutAsync().IsCompleted);
        Assert.False(await bed.Audio(2));
    }

    [Fact]
    public async Task Audio_that_waits_is_dropped_when_its_write_fails_or_its_session_is_over()
    {
        Bed bed = new();
        TaskCompletionSource held = new();
        _socket.OnSend = text => text == "slow" ? held.Task : Task.FromException(new InvalidOperationException("broken"));
        ChatConnection connection = bed.Open(_socket);
        bed.Post("slow");
        Task<bool> stale = bed.Audio(1).AsTask();
        bed.Outbox.DropAudio();
        Assert.False(await stale.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Task<bool> broken = bed.Audio(2).AsTask();
        held.SetResult();
        Assert.False(await broken.WaitAsync(ManualTimeProvider.HangGuard, Token));
        Assert.Equal("Writing failed: broken", (await connection.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token)).Reason);
        Assert.Equal((1, 2), (bed.Books.Counted.Sent, bed.Books.Counted.AudioFramesDropped));
    }

    [Fact]
    public async Task A_frame_that_the_socket_takes_at_once_allocates_nothing()
    {
        Bed bed = new();
        bed.Open(new SwallowingSocket());
        byte[] samples = new byte[8192];
        long before = 0;
        for (int i = 0; i < 1100; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            Assert.True(await bed.Audio(samples));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1100, bed.Books.Counted.Sent);
    }

    /// <summary>Takes all at once, and keeps nothing.</summary>
    private sealed class SwallowingSocket : IChatSocket
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> message) => default;

        public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer) => throw new NotSupportedException();

        public Task CloseOutputAsync() => Task.CompletedTask;

        public void Abort() { }

        public void Dispose() { }
    }

    /// <summary>An outbox on books with an open connection.</summary>
    private sealed class Bed
    {
        private static readonly PcmTemplate Template = new ChatEncoder(TestIdentity.With()).PcmFor("license-1");

        private int _epoch;

        public Bed(int room = 1000, long roomBytes = 1_000_000)
        {
            Books = new Books(room: room, roomBytes: roomBytes);
            Outbox = Books.NewOutbox();
        }

        public Books Books { get; }

        public Outbox Outbox { get; }

        public ChatConnection Open(IChatSocket socket, params OutgoingMessage[] again)
        {
            MessageLog log = new(++_epoch, "", NullLogger.Instance, NullLogger.Instance);
            ChatConnection connection = new(_epoch, socket, "", waitWithoutBuffer: true, new ChatChannelOptions(), Books.Time, log);
            Outbox.Open(connection, again);
            return connection;
        }

        public OutgoingMessage Message(string text) => new(Encoding.UTF8.GetBytes(text), text, true, TimeSpan.FromSeconds(30));

        public OutgoingMessage Post(string text)
        {
            OutgoingMessage message = Message(text);
            Detached.Observe(Outbox.PostAsync(message).AsTask());
            return message;
        }

        public ValueTask<bool> Audio(byte number) => Audio([number]);

        public ValueTask<bool> Audio(byte[] samples) => Outbox.SendAudioAsync(Template, samples);

        /// <summary>Of live audio the samples alone.</summary>
        public static string Short(string sent) =>
            sent.Contains("audio_base64_pcm", StringComparison.Ordinal)
                ? System.Text.Json.JsonDocument.Parse(sent).RootElement.GetProperty("audio_base64_pcm").GetString()!
                : sent;
    }
}
