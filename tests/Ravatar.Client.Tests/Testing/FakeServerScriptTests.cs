using System.Net;
using System.Net.Sockets;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerScriptTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_fails_as_often_as_told()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.FailOnce(500);
        server.Script.Connection.FailTimes(2, 504);

        List<int> statuses = [];
        for (var i = 0; i < 4; i++)
        {
            statuses.Add((int)(await client.GetAsync("connection")).Status);
        }

        Assert.Equal([500, 504, 504, 200], statuses);
        Assert.Equal(1, server.Received.ConnectionReads);
        Assert.Equal([200, 500, 504, 504, 200], server.Received.Requests.Select(request => request.Status));
    }

    [Fact]
    public async Task An_endpoint_fails_until_it_is_reset()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);
        server.Script.Jwt.FailAlways(500);

        for (var i = 0; i < 3; i++)
        {
            var reply = await client.PostAsync("jwt", """{"user_id":"u"}""");
            Assert.Equal(
                (HttpStatusCode.InternalServerError, "token_generation_failed"),
                (reply.Status, reply.Json.GetProperty("error").GetString())
            );
        }

        server.Script.Reset();
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("jwt", """{"user_id":"u"}""")).Status);
    }

    [Fact]
    public async Task An_answer_is_whatever_the_script_says()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(
            FakeResponse.Failure(503, "busy").WithHeader("Retry-After", "7"),
            FakeResponse.Text(502, "text/html", "<h1>Bad gateway</h1>"),
            FakeResponse.Json("""{"result":"failure"}"""),
            new FakeResponse
            {
                Status = 200,
                Body = Array.Empty<byte>(),
                ContentType = "",
            }
        );

        var busy = await client.GetAsync("connection");
        var html = await client.GetAsync("connection");
        var failure = await client.GetAsync("connection");
        var empty = await client.GetAsync("connection");

        Assert.Equal((503, "busy", "7"), ((int)busy.Status, busy.Json.GetProperty("error").GetString(), busy.Header("Retry-After")));
        Assert.Equal((502, "text/html", "<h1>Bad gateway</h1>"), ((int)html.Status, html.ContentType, html.Text));
        Assert.Equal((200, """{"result":"failure"}"""), ((int)failure.Status, failure.Text));
        Assert.Equal((200, "", null), ((int)empty.Status, empty.Text, empty.ContentType));
    }

    [Fact]
    public async Task A_function_decides_per_request()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Chat.RespondWith(request => request.Query["page"] == "2" ? FakeResponse.Failure(500) : null);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("chat?user_id=user-123&page=1")).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync("chat?user_id=user-123&page=2")).Status);
    }

    [Fact]
    public async Task A_function_that_throws_is_reported()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.RespondWith(_ => throw new InvalidOperationException("oops"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync("connection")).Status);
        Assert.Contains("oops", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delay_is_counted_by_the_servers_clock()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(new FakeResponse { Delay = TimeSpan.FromHours(1), AnswerDelay = TimeSpan.FromHours(2) });

        var reply = client.GetAsync("connection");
        await time.AdvanceToTimerAsync(TimeSpan.FromHours(1), TimeSpan.FromHours(1), Ct).WaitAsync(BareClient.Guard, Ct);
        await time.WaitForTimerAsync(TimeSpan.FromHours(2), cancellationToken: Ct).WaitAsync(BareClient.Guard, Ct);
        Assert.Equal(1, server.Received.ConnectionReads);
        Assert.False(reply.IsCompleted);
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(HttpStatusCode.OK, (await reply).Status);
    }

    [Fact]
    public async Task Requests_are_held_before_their_token_is_looked_at()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        var hold = server.Script.Connection.Hold();

        var replies = Enumerable.Range(0, 50).Select(_ => client.GetAsync("connection")).ToArray();
        await server.Received.WaitForRequestsAsync("/connection", 50, Ct);
        server.Tokens.RevokeAll();
        hold.Release();

        Assert.All(await Task.WhenAll(replies), reply => Assert.Equal(HttpStatusCode.Forbidden, reply.Status));
        client.Token = server.Tokens.Create(BareClient.User);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("connection")).Status);
    }

    [Theory]
    [InlineData(FakeFault.Abort)]
    [InlineData(FakeFault.AbortMidBody)]
    [InlineData(FakeFault.TruncateBody)]
    public async Task An_answer_is_lost_though_the_request_was_acted_on(FakeFault fault)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.StartLive.Enqueue(new FakeResponse { Fault = fault });

        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync("startLiveSession", """{"avatar_id":"avatar-id-123"}"""));

        Assert.Single(server.Live.Running);
    }

    [Fact]
    public async Task A_truncated_body_is_half_of_it()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(FakeResponse.Json("0123456789") with { Fault = FakeFault.TruncateBody });

        using var response = await client.OpenAsync("connection");
        await using var body = await response.Content.ReadAsStreamAsync(Ct);
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer, Ct);

        Assert.Equal(10, response.Content.Headers.ContentLength);
        Assert.Equal("01234", Encoding.ASCII.GetString(buffer));
        await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(buffer, Ct));
    }

    [Theory]
    [InlineData(FakeFault.Abort, true)]
    [InlineData(FakeFault.AbortMidBody, true)]
    [InlineData(FakeFault.TruncateBody, false)]
    public async Task An_aborted_answer_is_reset_and_a_truncated_one_just_ends(FakeFault fault, bool reset)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(new FakeResponse { Fault = fault });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("connection"));

        Assert.Equal(reset ? SocketError.ConnectionReset : null, BareSocket.Cause(error));
    }

    [Fact]
    public async Task A_slow_body_comes_byte_by_byte()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(FakeResponse.Json("abc") with { Fault = FakeFault.Drip, DripInterval = TimeSpan.FromSeconds(5) });

        using var response = await client.OpenAsync("connection");
        await using var body = await response.Content.ReadAsStreamAsync(Ct);
        var buffer = new byte[10];
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await body.ReadAsync(buffer, Ct));
            Assert.Equal("abc"[i], (char)buffer[0]);
            await time.AdvanceToTimerAsync(TimeSpan.FromSeconds(5), cancellationToken: Ct).WaitAsync(BareClient.Guard, Ct);
        }

        Assert.Equal(0, await body.ReadAsync(buffer, Ct));
    }

    [Fact]
    public async Task An_endless_body_goes_on_until_the_client_leaves()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Script.Connection.Enqueue(FakeResponse.Json("[") with { Fault = FakeFault.Endless });

        using var response = await client.OpenAsync("connection");
        await using var body = await response.Content.ReadAsStreamAsync(Ct);
        var buffer = new byte[8 * 1024 * 1024];
        await body.ReadExactlyAsync(buffer, Ct);

        Assert.Equal((byte)'[', buffer[0]);
        Assert.Null(response.Content.Headers.ContentLength);
    }
}
