using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerChatTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_is_answered_recorded_and_without_fault()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        var answer = await socket.AskAsync("Hello?");

        Assert.Equal("You said: Hello?", answer.GetProperty("answer").GetString());
        Assert.Equal("Hello?", answer.GetProperty("request").GetString());
        Assert.Equal("incoming", answer.GetProperty("type").GetString());
        Assert.Equal("Assistant", answer.GetProperty("avatar_name").GetString());
        var message = Assert.Single(server.Received.Messages);
        Assert.True(message.Recorded);
        Assert.Equal((FakeMessageKind.Text, 1, "Hello?"), (message.Kind, message.Number, message.Request));
        Assert.Empty(server.Received.Violations);
        Assert.Equal("outgoing incoming", string.Join(' ', server.History.Rows(BareClient.User).Select(row => row.Direction)));
        Assert.Equal(answer.GetProperty("_id").GetString(), server.History.Rows(BareClient.User)[1].Id);
    }

    [Fact]
    public async Task A_recording_is_answered_with_its_transcript_as_a_quote()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Chat.Transcribe = _ => "what time is it";
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var wav = Wav(16_000, 1);

        await socket.SendAsync(BareClient.Voice(wav));
        var answer = await socket.ReceiveJsonAsync();

        Assert.StartsWith(">what time is it\n\n", answer.GetProperty("answer").GetString(), StringComparison.Ordinal);
        Assert.Equal("voice", answer.GetProperty("chat_type").GetString());
        Assert.Equal("what time is it", server.History.Rows(BareClient.User)[0].Request);
        Assert.Equal(wav, server.Received.Messages[0].GetFile());
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task A_WebM_recording_is_taken_too()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.SendAsync(BareClient.Voice([0x1A, 0x45, 0xDF, 0xA3, 1, 2, 3]));

        Assert.Equal("voice", (await socket.ReceiveJsonAsync()).GetProperty("chat_type").GetString());
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task The_file_of_an_answer_can_be_fetched()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        var address = new Uri((await socket.AskAsync("Hello?")).GetProperty("fileUrl").GetString()!);
        var file = await client.GetAsync(address.PathAndQuery);

        Assert.Equal(("audio/wav", "RIFF"), (file.ContentType, Encoding.ASCII.GetString(file.Body, 0, 4)));
    }

    public static TheoryData<string, string> WrongMessages() =>
        new()
        {
            { "not json", "not exactly one JSON object" },
            { BareClient.Text("a") + "{}", "not exactly one JSON object" },
            { "[]", "not exactly one JSON object" },
            { BareClient.Text("a", ("avatar_id", null)), "'avatar_id' is missing" },
            { BareClient.Text("a", ("source", "")), "'source' is missing or empty" },
            { BareClient.Text("a", ("isLive", null)), "'isLive' is missing" },
            { BareClient.Text("a", ("isLive", "false")), "'isLive' is a String" },
            { BareClient.Text("a").Replace("\"tests\"", "null", StringComparison.Ordinal), "'source' is null" },
            { BareClient.Text("a").Replace("{", "{\"source\":\"x\",", StringComparison.Ordinal), "'source' is there twice" },
            { BareClient.Text("a", ("foo", 1)), "'foo' is not a member" },
            { BareClient.Text("a", ("user_id", "other")), "not the user of the socket's token" },
            { BareClient.Text("a", ("avatar_id", "other")), "names no avatar" },
            { BareClient.Text("a", ("language", "xx")), "'language' is not in the configuration" },
            { BareClient.Text("a", ("session", "made-up")), "'session' is not one" },
            { BareClient.Text("a", ("chat_type", "voice")), "'chat_type' is 'voice'" },
            { BareClient.Text("a", ("requestType", "audio")), "'requestType' is 'audio'" },
            { BareClient.Text("a", ("LicenseId", "x")), "'LicenseId' belongs to Live Mode only" },
            { BareClient.Text("a", ("isLive", true)), "'LicenseId' is missing" },
            { BareClient.Text("a", ("isLive", true), ("LicenseId", "x")), "names no running session" },
            { BareClient.Text("a", ("isPushToTalk", true)), "'isPushToTalk' belongs to recordings" },
            { BareClient.Text(" "), "'request' is blank" },
            { BareClient.Voice(Wav(16_000, 1), ("isPushToTalk", null)), "'isPushToTalk' is missing" },
            { BareClient.Voice(Wav(16_000, 1), ("isPushToTalk", false)), "'isPushToTalk' is false" },
            { BareClient.Voice(Wav(44_100, 1)), "44100 Hz and 1 channels" },
            { BareClient.Voice(Wav(16_000, 2)), "16000 Hz and 2 channels" },
            { BareClient.Voice(Wav(16_000, 1)[..^2]), "sizes do not fit" },
            { BareClient.Voice([1, 2, 3]), "neither WAV nor WebM" },
            { BareClient.Voice([], ("file_base64_data", "###")), "not valid Base64" },
            { BareClient.Voice([], ("file_base64_data", "data:audio/wav;base64," + Convert.ToBase64String(Wav(16_000, 1)))), "data: URL" },
            { BareClient.Voice(Wav(16_000, 1), ("request", "a")), "carries no 'request'" },
            { BareClient.Pcm("license", new byte[8192], ("isLive", false), ("LicenseId", null)), "belongs to Live Mode only" },
            { BareClient.Pcm("license", new byte[8190]), "8190 bytes where a frame has 8192" },
        };

    [Theory]
    [MemberData(nameof(WrongMessages))]
    public async Task What_the_protocol_does_not_allow_is_listed(string text, string violation)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.SendAsync(text);
        await server.Received.WaitForMessagesAsync(1, Ct);

        Assert.Contains(server.Received.Violations, line => line.Contains(violation, StringComparison.Ordinal));
        Assert.Equal(text, server.Received.Messages[0].Raw);
    }

    [Fact]
    public async Task A_binary_frame_is_listed()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.Socket.SendAsync(Encoding.UTF8.GetBytes(BareClient.Text("a")), WebSocketMessageType.Binary, true, Ct);
        await server.Received.WaitForMessagesAsync(1, Ct);

        Assert.Contains("binary", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_is_required_once_it_was_given()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var session = (await client.GetAsync("connection")).Json.GetProperty("session").GetString();

        await socket.SendAsync(BareClient.Text("with", ("session", session)));
        await socket.ReceiveAsync();
        Assert.Empty(server.Received.Violations);
        await socket.SendAsync(BareClient.Text("without"));
        await socket.ReceiveAsync();

        Assert.Contains("'session' is missing", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_voice_activity_detection_a_recording_needs_no_push_to_talk()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Configuration.VadEnabled = true;
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.SendAsync(BareClient.Voice(Wav(16_000, 1), ("isPushToTalk", null)));
        await socket.ReceiveAsync();

        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_bad_token_is_refused_at_the_upgrade(int status)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Chat.BadTokenStatus = status;
        using var client = await BareClient.SignInAsync(server);
        server.Tokens.RevokeAll();

        Assert.Equal(status, (int)(await client.RefusedAsync())!);
        Assert.Equal(0, server.Received.SocketsAccepted);
        Assert.Equal(status, server.Received.Requests[^1].Status);
    }

    [Theory]
    [InlineData(1008)]
    [InlineData(4401)]
    [InlineData(4403)]
    public async Task A_bad_token_may_be_refused_with_a_close_code(int code)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Chat.BadTokenCloseCode = code;
        using BareClient client = new(server) { Token = "bad" };
        using var socket = await client.ConnectAsync();

        Assert.Equal(code, (await socket.ReadToEndAsync()).CloseCode);
        Assert.Equal(0, server.Received.SocketsAccepted);
    }

    [Fact]
    public async Task Upgrades_fail_as_scripted()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        int[] statuses = [403, 402, 404, 503, 500];
        server.Script.Socket.Enqueue(statuses.Select(status => FakeResponse.Failure(status)));

        foreach (var status in statuses)
        {
            Assert.Equal(status, (int)(await client.RefusedAsync())!);
        }

        using var socket = await client.ConnectAsync();
        Assert.Equal("You said: a", (await socket.AskAsync("a")).GetProperty("answer").GetString());
    }

    [Fact]
    public async Task A_socket_is_known_as_soon_as_its_client_is_connected()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);

        for (var i = 1; i <= 100; i++)
        {
            using var socket = await client.ConnectAsync();
            Assert.Equal(i, server.Received.SocketsAccepted);
            server.Chat.DropConnections();
            Assert.NotNull((await socket.ReadToEndAsync()).Error);
        }
    }

    [Fact]
    public async Task A_greeting_comes_first()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Chat.Greeting = ["""{"type":"connection"}""", """{"type":"system","content":"Welcome"}"""];
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        Assert.Equal("connection", (await socket.ReceiveJsonAsync()).GetProperty("type").GetString());
        Assert.Equal("Welcome", (await socket.ReceiveJsonAsync()).GetProperty("content").GetString());
    }

    [Fact]
    public async Task The_close_frame_of_the_client_is_answered_and_noted()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();

        await socket.CloseAsync(4001);
        await server.Received.Sockets[0].Ended.WaitAsync(BareClient.Guard, Ct);

        Assert.Equal(4001, (int)socket.Socket.CloseStatus!);
        Assert.Equal((4001, "4001", "closed by the client"), Closing(server.Received.Sockets[0]));
        Assert.Empty(server.Chat.Sockets);
    }

    internal static byte[] Wav(int rate, short channels)
    {
        var file = new byte[44 + (320 * channels)];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), channels);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), rate * channels * 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), (short)(channels * 2));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), file.Length - 44);
        return file;
    }

    private static (int?, string?, string?) Closing(FakeSocket socket) =>
        (socket.ClientCloseCode, socket.ClientCloseReason, socket.EndReason);
}
