using System.Buffers;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class FrameAssemblerTests
{
    private readonly ScriptedSocket _socket = new();
    private readonly List<ChatEvent> _received = [];

    [Fact]
    public void However_messages_are_cut_into_reads_they_come_out_whole()
    {
        Gen<string> piece = Gen.Elements("x", "\u00FC", "\"", "\\", "\n", "\u20AC", "😀", "\0");
        Gen<Sent> message =
            from text in piece.ArrayOf()
            from more in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(3000, 20_000)))
            from sizes in Gen.Choose(0, more == 0 ? 60 : 6000).ArrayOf()
            select new Sent(string.Concat(text), more, sizes);
        Gen<(Sent[] Messages, bool Wait)> script =
            from messages in message.ArrayOf()
            from wait in Gen.Elements(true, false)
            select (messages, wait);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(script.ToArbitrary(), s => ComeOutWholeAsync(s.Messages, s.Wait))
        );
    }

    private static async Task ComeOutWholeAsync(Sent[] messages, bool wait)
    {
        ScriptedSocket socket = new();
        foreach (Sent message in messages)
        {
            socket.Message(Answer(message.FullText), message.Sizes);
        }
        socket.Close(1001, "bye");
        List<ChatEvent> received = [];
        Assert.Equal(new SocketClose(1001, "bye"), await ReadAllAsync(socket, wait, 1 << 20, received));
        Assert.Equal(messages.Select(m => m.FullText), received.Select(e => Assert.IsType<ChatAnswer>(e).FullText));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_of_exactly_the_limit_is_read_and_one_byte_more_is_skipped(bool wait)
    {
        byte[] fits = Answer(new string('a', 5000));
        byte[] larger = Answer(new string('b', 5001));
        _socket.Message(fits);
        _socket.Message(larger);
        _socket.Message(Answer("next"), 3);
        _socket.Close();
        await ReadAllAsync(_socket, wait, fits.Length, _received);
        Assert.Equal(5000, Assert.IsType<ChatAnswer>(_received[0]).FullText.Length);
        UnknownEvent skipped = Assert.IsType<UnknownEvent>(_received[1]);
        Assert.Equal(larger.Length, skipped.Length);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(larger, 0, 1024), skipped.RawJson);
        Assert.Contains("MaxMessageBytes", skipped.Problem);
        Assert.Equal("next", Assert.IsType<ChatAnswer>(_received[2]).FullText);
        Assert.Equal(3, _received.Count);
    }

    [Fact]
    public void Messages_over_the_limit_are_skipped_whole_wherever_they_are_cut()
    {
        Gen<(int Length, int[] Sizes)> message =
            from length in Gen.Frequency((3, Gen.Choose(0, 200)), (1, Gen.Choose(0, 40_000)))
            from sizes in Gen.Choose(0, 9000).ArrayOf()
            select (length, sizes);
        Gen<((int Length, int[] Sizes)[] Messages, int Limit, bool Wait)> script =
            from messages in message.ArrayOf()
            from limit in Gen.Choose(1, 10_000)
            from wait in Gen.Elements(true, false)
            select (messages, limit, wait);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(script.ToArbitrary(), s => AreSkippedWholeAsync(s.Messages, s.Limit, s.Wait))
        );
    }

    private static async Task AreSkippedWholeAsync((int Length, int[] Sizes)[] messages, int limit, bool wait)
    {
        ScriptedSocket socket = new();
        byte[][] bytes = [.. messages.Select((m, i) => Answer(new string((char)('a' + (i % 26)), m.Length)))];
        foreach ((byte[] message, int[] sizes) in bytes.Zip(messages, (b, m) => (b, m.Sizes)))
        {
            socket.Message(message, sizes);
        }
        socket.Close();
        List<ChatEvent> received = [];
        await ReadAllAsync(socket, wait, limit, received);
        Assert.Equal(bytes.Length, received.Count);
        foreach ((byte[] message, ChatEvent e) in bytes.Zip(received))
        {
            if (message.Length > limit)
            {
                Assert.Equal(message.Length, Assert.IsType<UnknownEvent>(e).Length);
            }
            else
            {
                Assert.Equal(((ChatAnswer)Frames.Decode(message)).FullText, Assert.IsType<ChatAnswer>(e).FullText);
            }
        }
    }

    [Fact]
    public async Task No_read_asks_for_more_than_one_byte_over_the_limit_before_it_is_known_to_be_too_large()
    {
        const int Limit = 300;
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: false, Limit);
        _socket.Message(new byte[299], 100, 100);
        Assert.Null(await frames.ReadAsync(_received.Add, static () => { }));
        Assert.Equal([301, 201, 101], _socket.Buffers.Select(b => b.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_close_frame_before_a_message_is_handed_back(bool wait)
    {
        _socket.Close(4401, "token");
        Assert.Equal(new SocketClose(4401, "token"), await ReadAllAsync(_socket, wait, 1000, _received));
        Assert.Empty(_received);
    }

    [Theory]
    [InlineData(true, 1000)]
    [InlineData(false, 1000)]
    [InlineData(true, 10)]
    [InlineData(false, 10)]
    public async Task Half_a_message_before_a_close_frame_is_none(bool wait, int limit)
    {
        _socket.Message(Answer("a"));
        _socket.Part(Answer("bcdefghijklmnop").AsMemory(0, 20));
        _socket.Close(1012, null);
        Assert.Equal(new SocketClose(1012, null), await ReadAllAsync(_socket, wait, limit, _received));
        Assert.Single(_received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_message_surfaces_and_the_next_is_read(bool wait)
    {
        _socket.Message(default);
        _socket.Message(default, 0, 0);
        _socket.Message(Answer("a"), 0, 0, 5, 0);
        _socket.Close();
        await ReadAllAsync(_socket, wait, 1000, _received);
        Assert.Equal(3, _received.Count);
        Assert.Equal((0L, 0L), (Assert.IsType<UnknownEvent>(_received[0]).Length, Assert.IsType<UnknownEvent>(_received[1]).Length));
        Assert.Equal("a", Assert.IsType<ChatAnswer>(_received[2]).FullText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_broken_socket_throws_reaches_the_caller(bool wait)
    {
        _socket.Part(Answer("a"));
        _socket.Fail(new IOException("reset"));
        using FrameAssembler frames = new(_socket, wait, 1000);
        await Assert.ThrowsAsync<IOException>(async () => await frames.ReadAsync(_received.Add, static () => { }));
        Assert.Empty(_received);
    }

    [Fact]
    public async Task While_nothing_comes_no_buffer_is_held()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1 << 20);
        _socket.Message(Answer("a"));
        Assert.True(Start(frames).IsCompletedSuccessfully);
        byte[] used = ArrayOf(_socket.Buffers[^1]);
        Assert.False(IsBackInThePool(used));
        Task<SocketClose?> idle = Start(frames);
        Assert.True(_socket.IsWaiting && _socket.Buffers[^1].IsEmpty);
        Assert.True(IsBackInThePool(used));
        _socket.Message(Answer("b"));
        Assert.Null(await idle);
        Assert.Equal(["a", "b"], _received.Select(e => ((ChatAnswer)e).FullText));
    }

    [Fact]
    public void While_messages_pour_in_only_a_few_are_waited_for_without_a_buffer()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1000);
        List<int> waited = [];
        for (int i = 0; i < 130; i++)
        {
            _socket.Message(Answer($"{i}"));
            int next = _socket.Buffers.Count;
            Assert.True(Start(frames).IsCompletedSuccessfully);
            if (_socket.Buffers[next].IsEmpty)
            {
                waited.Add(i);
            }
        }
        // Four in a row begin a burst; after sixty more it is looked whether it is over.
        Assert.Equal([0, 1, 2, 3, 64, 125], waited);
        Assert.Equal(Enumerable.Range(0, 130).Select(i => $"{i}"), _received.Select(e => ((ChatAnswer)e).FullText));
    }

    [Fact]
    public async Task A_wait_for_the_first_part_of_a_message_ends_a_burst()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1000);
        Burst(frames);
        Task<SocketClose?> last = Start(frames);
        Assert.True(_socket.IsWaiting && !_socket.Buffers[^1].IsEmpty);
        _socket.Message(Answer("a"));
        Assert.Null(await last);
        _ = Start(frames);
        Assert.True(_socket.IsWaiting && _socket.Buffers[^1].IsEmpty);
    }

    [Fact]
    public async Task A_wait_for_the_rest_of_a_message_does_not_end_a_burst()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1000);
        Burst(frames);
        byte[] halves = Answer("in two halves");
        _socket.Part(halves.AsMemory(0, 10));
        Task<SocketClose?> last = Start(frames);
        _socket.Message(halves.AsMemory(10));
        Assert.Null(await last);
        Assert.Equal("in two halves", ((ChatAnswer)_received[^1]).FullText);
        _ = Start(frames);
        Assert.True(_socket.IsWaiting && !_socket.Buffers[^1].IsEmpty);
    }

    [Fact]
    public void A_buffer_that_grew_in_a_burst_is_kept_for_what_is_there_and_not_for_a_wait()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1 << 20);
        Burst(frames);
        byte[][] used = new byte[2][];
        for (int i = 0; i < 2; i++)
        {
            _socket.Message(Answer(new string('x', 100_000)));
            Assert.True(Start(frames).IsCompletedSuccessfully);
            used[i] = ArrayOf(_socket.Buffers[^1]);
        }
        Assert.Same(used[0], used[1]);
        _ = Start(frames);
        Assert.True(_socket.IsWaiting && _socket.Buffers[^1].IsEmpty);
        Assert.True(IsBackInThePool(used[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Readers_are_woken_before_the_wait_for_the_rest_of_a_message_that_is_skipped(bool wait)
    {
        using FrameAssembler frames = new(_socket, wait, 100);
        int waits = 0;
        _socket.Message(Answer("a"));
        _socket.Part(new byte[150]);
        Assert.Null(await frames.ReadAsync(_received.Add, () => waits++));
        Task<SocketClose?> skipping = frames.ReadAsync(_received.Add, () => waits++).AsTask();
        Assert.Equal((1, 1), (waits, _received.Count));
        _socket.Message(new byte[50]);
        Assert.Null(await skipping);
        Assert.Equal(200, Assert.IsType<UnknownEvent>(_received[1]).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Readers_are_not_woken_in_a_message_that_is_skipped_while_more_of_it_is_there(bool wait)
    {
        using FrameAssembler frames = new(_socket, wait, 100);
        _socket.Message(new byte[20_000], 100, 200);
        Task<SocketClose?> skipping = frames.ReadAsync(_received.Add, static () => Assert.Fail("There was something to read.")).AsTask();
        Assert.True(skipping.IsCompletedSuccessfully);
        Assert.Equal(20_000, Assert.IsType<UnknownEvent>(Assert.Single(_received)).Length);
    }

    [Fact]
    public async Task A_message_of_megabytes_is_read_and_its_memory_given_back()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1 << 23);
        string text = string.Concat(Enumerable.Range(0, 500_000).Select(i => $"{i} "));
        _socket.Message(Answer(text), 1, 5000, 700_000, 1_500_000);
        _socket.Part(new byte[2_000_000]);
        _socket.Fail(new IOException("reset"));
        Assert.Null(await frames.ReadAsync(_received.Add, static () => { }));
        Assert.Equal(text, Assert.IsType<ChatAnswer>(_received[0]).FullText);
        Memory<byte> first = _socket.Buffers[^1];
        await Assert.ThrowsAsync<IOException>(async () => await frames.ReadAsync(_received.Add, static () => { }));
        Memory<byte> second = _socket.Buffers[^1];
        frames.Dispose();
        frames.Dispose();
        foreach (Memory<byte> used in (Memory<byte>[])[first, second])
        {
            // Outside the heap, where the platform can: then it is seen to be gone.
            Assert.Equal(Platform.HasNativeMemory, ArrayOf(used).Length == 0);
            if (Platform.HasNativeMemory)
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => used.Span.Length);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Readers_are_woken_before_a_wait_and_not_for_what_is_there(bool wait)
    {
        using FrameAssembler frames = new(_socket, wait, 1000);
        int waits = 0;
        _socket.Message(Answer("a"));
        await frames.ReadAsync(_received.Add, () => waits++);
        Assert.Equal(0, waits);
        Task<SocketClose?> idle = frames.ReadAsync(_received.Add, () => waits++).AsTask();
        Assert.Equal(1, waits);
        _socket.Message(Answer("b"));
        Assert.Null(await idle);
        Assert.Equal((1, 2), (waits, _received.Count));
    }

    [Fact]
    public async Task The_log_is_told_the_size_of_every_message_also_of_those_that_say_nothing_or_too_much()
    {
        CollectingLogger logs = new();
        MessageLog log = new(1, "", logs.CreateLogger("sizes"), logs.CreateLogger("payloads"));
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: true, 1000, log);
        _socket.Message(default);
        _socket.Message(Answer("a"));
        _socket.Message(new byte[5000], 600, 600);
        for (int i = 0; i < 3; i++)
        {
            await frames.ReadAsync(_received.Add, static () => { });
        }
        Assert.Equal(
            [0, Answer("a").Length, 5000],
            logs.WithId(311).Select(e => int.Parse(e.Message.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture))
        );
    }

    [Fact]
    public void A_buffer_that_grew_for_one_large_message_is_given_back()
    {
        using FrameAssembler frames = new(_socket, waitWithoutBuffer: false, 1 << 20);
        _socket.Message(Answer(new string('x', 200_000)));
        Assert.True(Start(frames).IsCompletedSuccessfully);
        Assert.True(IsBackInThePool(ArrayOf(_socket.Buffers[^1])));
        _socket.Message(Answer("small"));
        Assert.True(Start(frames).IsCompletedSuccessfully);
        Assert.InRange(ArrayOf(_socket.Buffers[^1]).Length, 1, 8192);
    }

    [Fact]
    public void Disposing_gives_the_buffer_back()
    {
        FrameAssembler frames = new(_socket, waitWithoutBuffer: false, 1 << 20);
        _socket.Message(Answer("a"));
        Assert.True(Start(frames).IsCompletedSuccessfully);
        frames.Dispose();
        Assert.True(IsBackInThePool(ArrayOf(_socket.Buffers[^1])));
        frames.Dispose();
    }

    /// <summary>So many messages at once that the next is not waited for without a buffer.</summary>
    private void Burst(FrameAssembler frames)
    {
        for (int i = 0; i < 5; i++)
        {
            _socket.Message(Answer("one of many"));
            Assert.True(Start(frames).IsCompletedSuccessfully);
        }
        Assert.False(_socket.Buffers[^1].IsEmpty);
    }

    private Task<SocketClose?> Start(FrameAssembler frames) => frames.ReadAsync(_received.Add, static () => { }).AsTask();

    /// <summary>The shared pool hands a thread first what the same thread gave back last: no need to look inside.</summary>
    private static bool IsBackInThePool(byte[] array)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(array.Length);
        ArrayPool<byte>.Shared.Return(rented);
        return ReferenceEquals(rented, array);
    }

    private static byte[] ArrayOf(Memory<byte> buffer) =>
        MemoryMarshal.TryGetArray<byte>(buffer, out ArraySegment<byte> segment) ? segment.Array! : [];

    private static async Task<SocketClose?> ReadAllAsync(ScriptedSocket socket, bool wait, int limit, List<ChatEvent> received)
    {
        using FrameAssembler frames = new(socket, wait, limit);
        while (true)
        {
            if (await frames.ReadAsync(received.Add, static () => { }) is { } close)
            {
                return close;
            }
        }
    }

    private static byte[] Answer(string text) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { answer = text });

    private sealed record Sent(string Text, int More, int[] Sizes)
    {
        public string FullText { get; } = Text + new string('x', More);

        public override string ToString() => $"{Text.Length} characters and {More} more in reads of {string.Join(",", Sizes)}";
    }
}
