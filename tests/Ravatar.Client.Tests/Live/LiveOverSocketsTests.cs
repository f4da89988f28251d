using System.Security.Cryptography;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Live Mode against the fake service: what goes over the wire, and which sessions it still has afterwards.</summary>
public class LiveOverSocketsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_from_start_to_end()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        FakeLiveSession fake;
        await using (LiveSession live = await chat.StartLiveAsync(new() { Width = 1280, Height = 720 }, Token))
        {
            fake = Assert.Single(server.Live.Running);
            Assert.Equal((1280, 720, live.LicenseId), (fake.Width, fake.Height, fake.LicenseId));
            using HttpClient browser = new();
            Assert.Contains("stand-in", await browser.GetStringAsync(live.PageUri, Token), StringComparison.Ordinal);
            Assert.True(fake.PageHadGoodToken);
            byte[] frame = RandomNumberGenerator.GetBytes(8192);
            Assert.True(await live.SendPcmAsync(frame, Token));
            await chat.AskAsync("Can you hear me?", Token);
            await chat.AskAsync(new VoiceClip(Wav(new byte[3200]), isPushToTalk: true), Token);
            Assert.Equal(frame, fake.GetAudio());
        }
        Assert.Empty(server.Live.Running);
        Assert.True(fake.EndedByClient);
        await chat.AskAsync("And now?", Token);
        Assert.Equal([true, true, true, false], server.Received.Messages.Select(static m => m.IsLive == true));
        Assert.Equal(1, server.Received.RequestCount("/endLiveSession"));
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData(FakeBusyShape.StatusAndBody)]
    [InlineData(FakeBusyShape.BodyOnly)]
    [InlineData(FakeBusyShape.StatusOnly)]
    public async Task Busy_in_every_shape_is_busy(FakeBusyShape shape)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Live.Slots = 0;
        server.Live.BusyShape = shape;
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        RavatarLiveException e = await Assert.ThrowsAsync<RavatarLiveException>(() => chat.StartLiveAsync(cancellationToken: Token));
        Assert.Equal(LiveError.Busy, e.Reason);
        Assert.IsType<RavatarBusyException>(e.InnerException);
        Assert.Equal(1, server.Received.RequestCount("/startLiveSession"));
        server.Live.Slots = 1;
        await using LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
    }

    [Fact]
    public async Task The_service_s_refusals_have_their_own_exceptions()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        server.Script.StartLive.FailOnce(504);
        Assert.Equal(
            LiveError.Timeout,
            (await Assert.ThrowsAsync<RavatarLiveException>(() => chat.StartLiveAsync(cancellationToken: Token))).Reason
        );
        server.Script.StartLive.FailOnce(402);
        await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => chat.StartLiveAsync(cancellationToken: Token));
        server.Script.StartLive.FailOnce(500, "Something went wrong");
        Assert.Equal(
            LiveError.StreamError,
            (await Assert.ThrowsAsync<RavatarLiveException>(() => chat.StartLiveAsync(cancellationToken: Token))).Reason
        );
        Assert.Equal(3, server.Received.RequestCount("/startLiveSession")); // none of them was repeated
        Assert.Empty(server.Live.All);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once_and_the_page_gets_the_new_one()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        server.Tokens.RevokeAll();
        await using LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
        Uri first = live.PageUri;
        server.Tokens.RevokeAll();
        await client.GetConfigurationAsync(Token);
        Assert.NotEqual(first, live.PageUri);
        using HttpClient browser = new();
        await browser.GetStringAsync(live.PageUri, Token);
        Assert.True(server.Live.Running[0].PageHadGoodToken);
        server.Tokens.RevokeAll();
        Assert.True((await live.EndAsync(Token)).EndedOnServer);
        Assert.Empty(server.Live.Running);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://user:secret@stream.example/")]
    [InlineData("")]
    public async Task A_streaming_url_that_must_not_be_shown_ends_the_session_it_came_with(string url)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Live.StreamingUrl = _ => url;
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        RavatarApiException e = await Assert.ThrowsAsync<RavatarApiException>(() => chat.StartLiveAsync(cancellationToken: Token));
        Assert.Contains("streamingUrl", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Live.All);
        Assert.Empty(server.Live.Running);
    }

    [Theory]
    [InlineData(FakeStreamError.Expired, LiveEndReason.Expired)]
    [InlineData(FakeStreamError.Busy, LiveEndReason.Busy)]
    [InlineData(FakeStreamError.Generic, LiveEndReason.StreamError)]
    public async Task A_stream_error_over_the_socket_ends_it_and_the_channel_takes_a_new_one(FakeStreamError error, LiveEndReason reason)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
        await server.Live.FailAsync(server.Live.Running[0], error, Token);
        LiveEnd end = await live.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal((reason, true), (end.Reason, end.EndedOnServer));
        await using LiveSession next = await chat.StartLiveAsync(cancellationToken: Token);
        Assert.Equal(next.LicenseId, Assert.Single(server.Live.Running).LicenseId);
        await chat.AskAsync("Still there?", Token);
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task Wrong_sizes_and_avatars_are_refused_before_anything_is_sent()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        ChatConfiguration configuration = await client.GetConfigurationAsync(Token);
        Avatar still = configuration.Avatars.First(static a => !a.HasLiveMode);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        foreach (
            LiveOptions size in (LiveOptions[])[new() { Width = 0 }, new() { Width = 1921 }, new() { Height = 1081 }, new() { Height = -1 }]
        )
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => chat.StartLiveAsync(size, Token));
        }
        await using ChatChannel withoutLive = await client.OpenChatAsync(new() { AvatarId = still.Id }, Token);
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            withoutLive.StartLiveAsync(cancellationToken: Token)
        );
        Assert.Contains(configuration.Avatars.First(static a => a.HasLiveMode).Id, e.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Received.RequestCount("/startLiveSession"));
    }

    [Theory]
    [InlineData("session")]
    [InlineData("chat")]
    [InlineData("client")]
    [InlineData("client, at once")]
    [InlineData("client and chat and session at the same time")]
    [InlineData("chat, then client")]
    [InlineData("user code throws")]
    public async Task However_it_is_let_go_the_server_has_no_session_left(string how)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = Create(server);
        ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
        switch (how)
        {
            case "session":
                await live.DisposeAsync();
                break;
            case "chat":
                await chat.DisposeAsync();
                break;
            case "client":
                await client.DisposeAsync();
                break;
            case "client, at once":
                client.Dispose();
                break;
            case "chat, then client":
                await chat.DisposeAsync();
                await client.DisposeAsync();
                break;
            case "user code throws":
                await Assert.ThrowsAsync<FormatException>(async () =>
                {
                    await using (live)
                    {
                        throw new FormatException();
                    }
                });
                break;
            default:
                await Task.WhenAll(client.DisposeAsync().AsTask(), chat.DisposeAsync().AsTask(), live.DisposeAsync().AsTask());
                break;
        }
        Assert.True((await live.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token)).EndedOnServer);
        Assert.Empty(server.Live.Running);
        Assert.Equal(1, server.Received.RequestCount("/endLiveSession"));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_start_given_up_by_its_caller_or_by_disposal_leaves_no_session()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        RavatarClient client = Create(server);
        ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        using (FakeHold hold = server.Script.StartLive.Hold())
        {
            using CancellationTokenSource caller = new();
            Task<LiveSession> start = chat.StartLiveAsync(cancellationToken: caller.Token);
            await server.Received.WaitForRequestsAsync("/startLiveSession", 1, Token);
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        }
        await client.DisposeAsync(); // waits for what is still starting
        Assert.Single(server.Live.All);
        Assert.Empty(server.Live.Running);
        Assert.Equal(1, server.Received.RequestCount("/endLiveSession"));
    }

    [Theory]
    [InlineData("""{"status":200,"LicenseId":"license-1-1","streamingUrl":"https://s.example/"} <!-- -->""")]
    [InlineData("""{"status":200,"LicenseId":"license-1-1","streamingUrl":""")]
    public async Task A_broken_answer_with_a_license_is_a_session_that_is_ended(string answer)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        server.Script.StartLive.Enqueue(FakeResponse.Json(answer));
        await Assert.ThrowsAsync<RavatarApiException>(() => chat.StartLiveAsync(cancellationToken: Token));
        Assert.Equal(1, server.Received.RequestCount("/endLiveSession"));
        Assert.Contains("license-1-1", server.Received.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dropped_socket_alone_ends_nothing()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await using LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
        server.Chat.DropConnections();
        await chat.AskAsync("Are you still there?", Token);
        Assert.True(live.IsRunning);
        Assert.True(server.Received.Messages[^1].IsLive);
        Assert.Single(server.Live.Running);
        Assert.Empty(server.Received.Violations);
    }

    [Fact]
    public async Task A_file_is_streamed_whole_in_frames()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        await using LiveSession live = await chat.StartLiveAsync(cancellationToken: Token);
        byte[] pcm = RandomNumberGenerator.GetBytes((8192 * 10) + 1000);
        await using WavAudioSource file = await WavAudioSource.OpenAsync(new MemoryStream(Wav(pcm)), cancellationToken: Token);
        LiveStreamResult result = await live.StreamAsync(file, new() { RealTime = false }, Token);
        Assert.Equal(new LiveStreamResult(11, 0), result);
        Assert.Equal(new LiveStatistics(11, 0), live.GetStatistics());
        await chat.AskAsync("done", Token); // the server has all that came before it
        byte[] expected = [.. pcm, .. new byte[8192 - 1000]];
        Assert.Equal(expected, server.Live.Running[0].GetAudio());
        Assert.Empty(server.Received.Violations);
    }

    private static RavatarClient Create(FakeRavatarServer server) =>
        new(
            new RavatarClientOptions
            {
                UserId = "user-1",
                ProjectId = "proj-1",
                BaseAddress = server.BaseAddress,
            }
        );

    private static byte[] Wav(byte[] pcm)
    {
        WavEncoder encoder = new();
        encoder.Write(pcm);
        return encoder.ToRecording().Data.ToArray();
    }
}
