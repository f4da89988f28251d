using System.Net;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerLiveTests
{
    private const string Start = """{"avatar_id":"avatar-id-123","width":"1280","height":"720"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_starts_takes_audio_and_ends()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        byte[] first = [.. Enumerable.Range(0, 8192).Select(i => (byte)i)];
        var second = new byte[8192];

        var started = (await client.PostAsync("startLiveSession", Start)).Json;
        var license = started.GetProperty("LicenseId").GetString()!;
        await socket.SendAsync(BareClient.Pcm(license, first));
        await socket.SendAsync(BareClient.Pcm(license, second));
        await socket.SendAsync(BareClient.Text("in Live Mode", ("isLive", true), ("LicenseId", license)));
        Assert.Equal("You said: in Live Mode", await socket.ReceiveAnswerAsync());
        var session = Assert.Single(server.Live.Running);
        var ended = await client.PostAsync("endLiveSession", $$"""{"LicenseId":"{{license}}"}""");

        Assert.Equal(200, started.GetProperty("status").GetInt32());
        Assert.StartsWith(server.BaseAddress.AbsoluteUri, started.GetProperty("streamingUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal((1280, 720, BareClient.User), (session.Width, session.Height, session.UserId));
        Assert.Equal([.. first, .. second], session.GetAudio());
        Assert.Equal(2, session.FrameCount);
        Assert.Equal(first, server.Received.Messages[0].GetPcm());
        Assert.Equal(HttpStatusCode.OK, ended.Status);
        Assert.True(session.EndedByClient);
        Assert.Empty(server.Live.Running);
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData("""{"avatar_id":"avatar-id-456"}""")]
    [InlineData("""{"avatar_id":"unknown"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"avatar_id":"avatar-id-123","width":1280}""")]
    [InlineData("""{"avatar_id":"avatar-id-123","width":"1921"}""")]
    [InlineData("""{"avatar_id":"avatar-id-123","height":"1081"}""")]
    [InlineData("""{"avatar_id":"avatar-id-123","height":"0"}""")]
    [InlineData("""{"avatar_id":"avatar-id-123","height":"7.5"}""")]
    public async Task Wrong_starts_are_refused_and_listed(string body)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("startLiveSession", body)).Status);
        Assert.Single(server.Received.Violations);
        Assert.Empty(server.Live.All);
    }

    [Theory]
    [InlineData(FakeBusyShape.StatusAndBody, 503, true)]
    [InlineData(FakeBusyShape.BodyOnly, 200, true)]
    [InlineData(FakeBusyShape.StatusOnly, 503, false)]
    public async Task When_all_slots_are_taken_the_service_is_busy(FakeBusyShape shape, int status, bool hasBody)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Live.Slots = 1;
        server.Live.BusyShape = shape;
        using var client = await BareClient.SignInAsync(server);
        var license = (await client.PostAsync("startLiveSession", Start)).Json.GetProperty("LicenseId").GetString();

        var busy = await client.PostAsync("startLiveSession", Start);
        await client.PostAsync("endLiveSession", $$"""{"LicenseId":"{{license}}"}""");
        var free = await client.PostAsync("startLiveSession", Start);

        Assert.Equal(status, (int)busy.Status);
        if (hasBody)
        {
            Assert.Equal(503, busy.Json.GetProperty("status").GetInt32());
            Assert.Equal("All AI assistants are busy at the moment", busy.Json.GetProperty("error").GetString());
        }
        else
        {
            Assert.Empty(busy.Body);
        }

        Assert.Equal(HttpStatusCode.OK, free.Status);
        Assert.Equal(2, server.Live.All.Count);
    }

    [Fact]
    public async Task Only_its_own_user_ends_a_session_and_only_once()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var other = await BareClient.SignInAsync(server, "user-456");
        var license = (await client.PostAsync("startLiveSession", Start)).Json.GetProperty("LicenseId").GetString();
        var end = $$"""{"LicenseId":"{{license}}"}""";

        Assert.Equal(HttpStatusCode.NotFound, (await other.PostAsync("endLiveSession", end)).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("endLiveSession", end)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("endLiveSession", end)).Status);
    }

    [Theory]
    [InlineData(FakeStreamError.Expired, "Session expired", false)]
    [InlineData(FakeStreamError.Timeout, "Connection timeout", true)]
    [InlineData(FakeStreamError.Busy, "All AI assistants are busy at the moment", false)]
    [InlineData(FakeStreamError.Generic, "Something went wrong", false)]
    public async Task Stream_errors_come_as_system_messages(FakeStreamError error, string text, bool running)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        await client.PostAsync("startLiveSession", Start);
        var session = server.Live.Running[0];

        await server.Live.FailAsync(session, error, Ct);
        var frame = await socket.ReceiveJsonAsync();

        Assert.Equal(("system", text), (frame.GetProperty("type").GetString(), frame.GetProperty("content").GetString()));
        Assert.Equal(running, session.IsRunning);
        Assert.Equal(running ? null : false, session.EndedByClient);
    }

    [Fact]
    public async Task The_streams_page_says_whether_the_token_came_and_how_loud_it_is()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using var socket = await client.ConnectAsync();
        var token = client.Token;
        var started = (await client.PostAsync("startLiveSession", Start)).Json;
        var license = started.GetProperty("LicenseId").GetString()!;
        var page = new Uri(started.GetProperty("streamingUrl").GetString()!).AbsolutePath;
        client.Token = "";

        var with = await client.GetAsync($"{page}?token={token}");
        Assert.True(server.Live.Running[0].PageHadGoodToken);
        var without = await client.GetAsync(page);
        var bad = await client.GetAsync($"{page}?token=bad");
        await socket.SendAsync(BareClient.Pcm(license, [.. Enumerable.Repeat((byte)0x40, 8192)]));
        await server.Received.WaitForMessagesAsync(1, Ct);
        var level = (await client.GetAsync($"{page}/level")).Json;

        Assert.Equal("text/html; charset=utf-8", with.ContentType);
        Assert.Contains("token received", with.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, with.Text, StringComparison.Ordinal);
        Assert.Contains("no token", without.Text, StringComparison.Ordinal);
        Assert.Contains("token refused", bad.Text, StringComparison.Ordinal);
        Assert.Equal(3, server.Live.Running[0].PageReads);
        Assert.Equal(0x4040 / 32768.0, level.GetProperty("level").GetDouble(), 1e-9);
        Assert.Equal(1, level.GetProperty("frames").GetInt32());
    }

    [Fact]
    public async Task The_streaming_URL_may_be_any_text()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Live.StreamingUrl = session => $"javascript:alert('{session.LicenseId}')";
        using var client = await BareClient.SignInAsync(server);

        var url = (await client.PostAsync("startLiveSession", Start)).Json.GetProperty("streamingUrl").GetString();

        Assert.Equal("javascript:alert('license-1-1')", url);
    }
}
