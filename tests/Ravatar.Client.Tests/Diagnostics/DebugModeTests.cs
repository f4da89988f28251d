using Microsoft.Extensions.Logging;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Debug mode: what the log tells of a conversation, from beginning to end.</summary>
public sealed class DebugModeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_socket_event_and_message_is_logged()
    {
        CollectingLogger logs = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(static m => new FakeAnswer { Text = "Good day", Audio = m.Request is null ? new byte[300] : default });
        await using (RavatarClient client = Create(server, logs))
        {
            await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
            await chat.AskAsync("Hello", Token);
            await chat.AskAsync(new VoiceClip(Wav(3200)), Token);
        }
        foreach (string endpoint in (string[])["POST /jwt", "GET /connection", "GET /chat"])
        {
            Assert.Contains(logs.WithId(200), e => e.Message == $"{endpoint}: sending.");
            Assert.Contains(logs.WithId(201), e => e.Message.StartsWith($"{endpoint}: HTTP 200, ", StringComparison.Ordinal));
        }
        Assert.Equal($"The chat socket is opened at {server.ChatAddress}.", Assert.Single(logs.WithId(304)).Message);
        Assert.Single(logs.WithId(305));
        Assert.Contains(logs.WithId(300), static e => e.Message.Contains("Connected", StringComparison.Ordinal));
        Assert.Single(logs.WithId(301));
        Assert.Equal(2, logs.WithId(310).Count());
        Assert.Equal(2, logs.WithId(311).Count());
        Assert.Contains("\"request\":\"Hello\"", logs.WithId(320).First().Message, StringComparison.Ordinal);
        Assert.Contains("Good day", logs.WithId(321).First().Message, StringComparison.Ordinal);
        // 44 bytes of header and 3,200 of sound: 1,082 times four characters.
        Assert.Contains("\"file_base64_data\":\"[4328 Base64 characters]\"", logs.WithId(320).Last().Message, StringComparison.Ordinal);
        Assert.Contains("[400 Base64 characters]", logs.WithId(321).Last().Message, StringComparison.Ordinal);
        Assert.All(logs.Entries, static e => Assert.Equal(DiagnosticsDocumentTests.CategoryOf(e.Id.Id), e.Category));
    }

    [Fact]
    public async Task A_refused_socket_and_a_lost_one_are_told_with_their_errors()
    {
        CollectingLogger logs = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Script.Socket.FailOnce(502);
        server.Chat.DropAt(1, FakeDropPoint.AfterRecording);
        await using RavatarClient client = Create(server, logs);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await chat.AskAsync("Hello", Token);
        LogEntry refused = Assert.Single(logs.WithId(306));
        Assert.Equal(502, Assert.IsType<RavatarConnectionException>(refused.Exception).UpgradeStatus);
        Assert.NotNull(Assert.Single(logs.WithId(307)).Exception);
        Assert.Contains("Reading failed", logs.WithId(301).First().Message, StringComparison.Ordinal);
        Assert.Contains(logs.WithId(300), static e => e.Message.Contains("Recovering", StringComparison.Ordinal));
    }

    [Fact]
    public async Task At_debug_nothing_of_what_was_said_is_shown()
    {
        CollectingLogger logs = new();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server, logs);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await chat.AskAsync("a secret of mine", Token);
        string shown = string.Join('\n', logs.Entries.Where(static e => e.Level > LogLevel.Trace));
        Assert.DoesNotContain("a secret of mine", shown, StringComparison.Ordinal);
        Assert.Contains("a secret of mine", logs.Text, StringComparison.Ordinal);
        Assert.All(logs.Entries, static e => Assert.Equal(e.Level == LogLevel.Trace, e.Category == "Ravatar.Client.Payload"));
    }

    [Fact]
    public void Messages_cost_nothing_while_nobody_listens()
    {
        using ILoggerFactory silent = LoggerFactory.Create(static b => b.SetMinimumLevel(LogLevel.Information));
        MessageLog log = new(1, "token", silent.CreateLogger("Ravatar.Client.Chat"), silent.CreateLogger("Ravatar.Client.Payload"));
        byte[] message = new byte[100];
        log.Sending(message);
        log.Received(message, message.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            log.Sending(message);
            log.Received(message, message.Length);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static RavatarClient Create(FakeRavatarServer server, CollectingLogger logs) =>
        new(
            new()
            {
                UserId = "user-123",
                BaseAddress = server.BaseAddress,
                Chat = { Reconnect = { BaseDelay = TimeSpan.FromMilliseconds(1) } },
            },
            loggerFactory: logs
        );

    private static byte[] Wav(int samples)
    {
        byte[] file = new byte[44 + samples];
        "RIFF"u8.CopyTo(file);
        "WAVE"u8.CopyTo(file.AsSpan(8));
        return file;
    }
}
