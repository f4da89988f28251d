using System.Net.WebSockets;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerFrameTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_may_be_binary_fragmented_and_broken()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var peer = server.Chat.Sockets[0];

        await peer.SendAsync("""{"type":"event"}"""u8.ToArray(), binary: true, cancellationToken: Ct);
        var binary = await socket.ReceiveAsync();
        await peer.SendAsync("""{"type":"event"}"""u8.ToArray(), fragmentBytes: 3, cancellationToken: Ct);
        var fragmented = await socket.ReceiveAsync();
        await server.Chat.PushAsync("", Ct);
        var empty = await socket.ReceiveAsync();
        await server.Chat.PushToUserAsync(BareClient.User, "{", Ct);
        var malformed = await socket.ReceiveAsync();

        Assert.Equal(WebSocketMessageType.Binary, binary.Type);
        Assert.Equal((WebSocketMessageType.Text, 6), (fragmented.Type, fragmented.Parts));
        Assert.Equal("""{"type":"event"}""", Encoding.UTF8.GetString(fragmented.Payload));
        Assert.Empty(empty.Payload);
        Assert.Equal("{", Encoding.UTF8.GetString(malformed.Payload));
        await peer.SendAsync(new byte[] { 0xC3, 0x28 }, cancellationToken: Ct);
        Assert.Equal(WebSocketError.Faulted, Assert.IsType<WebSocketException>((await socket.ReadToEndAsync()).Error).WebSocketErrorCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_frame_reach_the_client()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var peer = server.Chat.Sockets[0];

        await peer.SendRawAsync(Enumerable.Repeat((byte)0xFF, 16).ToArray(), Ct);

        Assert.Equal(WebSocketError.Faulted, Assert.IsType<WebSocketException>((await socket.ReadToEndAsync()).Error).WebSocketErrorCode);
    }

    [Theory]
    [InlineData(20, "14")]
    [InlineData(2_000, "7E07D0")]
    [InlineData(200_000, "7F0000000000030D40")]
    public async Task A_message_is_cut_in_the_middle(int length, string announced)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using RawSocket socket = await RawSocket.ConnectAsync(server);
        var peer = server.Chat.Sockets[0];

        await peer.SendCutAsync(new string('x', length), cancellationToken: Ct);
        var bytes = await socket.ReadToEndAsync();

        var head = bytes.AsSpan().IndexOf((byte)'x');
        Assert.Equal(0x81, bytes[0]);
        Assert.Equal(announced, Convert.ToHexString(bytes.AsSpan(1, head - 1)));
        Assert.Equal(length / 2, bytes.Length - head);
    }

    [Fact]
    public async Task Too_large_a_message_closes_its_connection()
    {
        await using var server = await FakeRavatarServer.StartAsync(new() { MaxMessageBytes = 50_000 }, Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.SendAsync(BareClient.Text(new string('x', 60_000)));

        Assert.Equal(1009, (await socket.ReadToEndAsync()).CloseCode);
        Assert.Empty(server.Received.Messages);
    }

    [Fact]
    public async Task Sending_over_an_ended_connection_says_so()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var peer = server.Chat.Sockets[0];
        peer.Freeze();
        var stuck = peer.SendAsync("{}", Ct);

        peer.Drop();

        await Assert.ThrowsAsync<IOException>(() => stuck.WaitAsync(BareClient.Guard, Ct));
        await peer.Ended.WaitAsync(BareClient.Guard, Ct);
        await Assert.ThrowsAsync<IOException>(() => peer.SendAsync("{}", Ct).WaitAsync(BareClient.Guard, Ct));
    }
}
