using System.Net.Sockets;
using System.Net.WebSockets;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerFaultTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_drop_with_a_reset()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        await socket.AskAsync("a");

        server.Chat.DropConnections();
        var (_, code, error) = await socket.ReadToEndAsync();

        Assert.Null(code);
        Assert.Equal(SocketError.ConnectionReset, BareSocket.Cause(error));
        await server.Received.Sockets[0].Ended.WaitAsync(BareClient.Guard, Ct);
        Assert.Equal("dropped with a reset", server.Received.Sockets[0].EndReason);
        using var again = await client.ConnectAsync();
        Assert.Equal("You said: b", (await again.AskAsync("b")).GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Connections_end_without_a_close_frame()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        server.Chat.DropConnections(FakeDropManner.End);
        var (_, code, error) = await socket.ReadToEndAsync();

        Assert.Null(code);
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, Assert.IsType<WebSocketException>(error).WebSocketErrorCode);
        Assert.Null(BareSocket.Cause(error));
    }

    [Fact]
    public async Task Connections_close_with_a_code()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        server.Chat.CloseConnections(4403, "token expired");

        Assert.Equal(4403, (await socket.ReadToEndAsync()).CloseCode);
        Assert.Equal("token expired", socket.Socket.CloseStatusDescription);
        await socket.CloseAsync(1000);
        await server.Received.Sockets[0].Ended.WaitAsync(BareClient.Guard, Ct);
    }

    [Fact]
    public async Task A_frozen_connection_is_silent_until_it_thaws()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        await socket.AskAsync("a");

        server.Chat.DropConnections(FakeDropManner.Freeze);
        await socket.SendAsync(BareClient.Text("b"));
        var answer = socket.ReceiveAnswerAsync();
        await using (FakeRavatarServer other = await FakeRavatarServer.StartAsync(cancellationToken: Ct))
        {
            // A whole other server has come, answered and gone: nothing is on its way any more.
            using var fast = await BareClient.SignInAsync(other);
            using var busy = await fast.ConnectAsync();
            await busy.AskAsync("c");
        }

        Assert.False(answer.IsCompleted);
        Assert.True(server.Chat.Sockets[0].IsFrozen);
        Assert.Single(server.Received.Messages);
        server.Chat.Sockets[0].Thaw();
        Assert.Equal("You said: b", await answer);
    }

    [Fact]
    public async Task A_frozen_connection_answers_no_ping()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using ClientWebSocket socket = new();
        socket.Options.KeepAliveInterval = Soon;
        socket.Options.KeepAliveTimeout = Soon;
        await socket.ConnectAsync(new Uri($"{server.ChatAddress}?token={client.Token}"), Ct);
        using BareSocket reader = new(socket);
        await reader.AskAsync("a");

        server.Chat.DropConnections(FakeDropManner.Freeze);

        Assert.NotNull((await reader.ReadToEndAsync()).Error);
    }

    [Theory]
    [InlineData(FakeDropPoint.BeforeReceiving, 1, 2)]
    [InlineData(FakeDropPoint.WhileReceiving, 1, 2)]
    [InlineData(FakeDropPoint.AfterReceiving, 2, 2)]
    [InlineData(FakeDropPoint.AfterRecording, 2, 4)]
    [InlineData(FakeDropPoint.WhileAnswering, 2, 4)]
    [InlineData(FakeDropPoint.AfterAnswer, 2, 4)]
    public async Task A_message_loses_its_connection_where_it_is_told(FakeDropPoint point, int messages, int rows)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.DropAt(2, point);

        await socket.SendAsync(BareClient.Text("first"));
        Assert.Equal("You said: first", await socket.ReceiveAnswerAsync());
        await socket.SendAsync(BareClient.Text("second"));
        var (texts, code, error) = await socket.ReadToEndAsync();
        await server.Received.Sockets[0].Ended.WaitAsync(BareClient.Guard, Ct);

        Assert.Null(code);
        Assert.NotNull(error);
        Assert.Equal(point == FakeDropPoint.AfterAnswer ? 1 : 0, texts.Count);
        Assert.Equal(messages, server.Received.MessageCount);
        Assert.Equal(rows, server.History.Rows(BareClient.User).Count);
        Assert.Equal(rows == 4, server.Received.Messages[^1] is { Request: "second", Recorded: true });
    }

    [Fact]
    public async Task A_message_before_which_the_connection_freezes_never_arrives()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.DropAt(1, FakeDropPoint.BeforeReceiving, FakeDropManner.Freeze);

        // So short that it is in the receive buffer before it is looked at.
        await socket.SendAsync("{}");
        await server.Received.WaitForAsync(_ => server.Chat.Sockets[0].IsFrozen, Ct);
        using var other = await client.ConnectAsync();
        await other.AskAsync("b");

        Assert.Equal("b", Assert.Single(server.Received.Messages).Request);
        server.Chat.Sockets[0].Drop();
        Assert.NotNull((await socket.ReadToEndAsync()).Error);
    }

    [Fact]
    public async Task A_message_that_is_closed_upon_is_not_read()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.DropAt(1, new FakeDrop(FakeDropPoint.BeforeReceiving, FakeDropManner.Close, 1012, "restart"));

        await socket.SendAsync(BareClient.Text("a"));

        Assert.Equal(1012, (await socket.ReadToEndAsync()).CloseCode);
        Assert.Empty(server.Received.Messages);
    }

    [Fact]
    public async Task Every_third_message_loses_its_connection()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var earlier = await client.ConnectAsync();
        await earlier.AskAsync("not counted");
        server.Chat.DropEvery(3, FakeDropPoint.AfterAnswer);

        for (var i = 0; i < 3; i++)
        {
            using var socket = await client.ConnectAsync();
            for (var j = 0; j < 3; j++)
            {
                await socket.AskAsync($"{i}.{j}");
            }

            Assert.NotNull((await socket.ReadToEndAsync()).Error);
        }

        server.Chat.DropNever();
        using var last = await client.ConnectAsync();
        for (var j = 0; j < 6; j++)
        {
            await last.AskAsync($"{j}");
        }

        Assert.Equal(5, server.Received.SocketsAccepted);
        Assert.Equal(16, server.Received.MessageCount);
    }

    [Fact]
    public async Task What_a_message_says_may_decide_about_its_connection()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        server.Chat.DropWhen(message => message.Request == "bad" ? new FakeDrop(FakeDropPoint.AfterReceiving) : null);

        await socket.AskAsync("good");
        await socket.SendAsync(BareClient.Text("bad"));

        Assert.Empty((await socket.ReadToEndAsync()).Texts);
        Assert.Equal(2, server.History.Rows(BareClient.User).Count);
    }

    [Fact]
    public async Task Disposing_leaves_nobody_hanging()
    {
        var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var open = await client.ConnectAsync();
        using var frozen = await client.ConnectAsync();
        server.Chat.Sockets[1].Freeze();
        using var hold = server.Script.Connection.Hold();
        var held = client.GetAsync("connection");
        await server.Received.WaitForRequestsAsync("/connection", 1, Ct);

        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Ct);
        await server.DisposeAsync();

        Assert.NotNull((await open.ReadToEndAsync()).Error);
        Assert.NotNull((await frozen.ReadToEndAsync()).Error);
        await Assert.ThrowsAsync<HttpRequestException>(() => held);
    }
}
