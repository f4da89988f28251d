using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerRestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_issued_in_the_documented_shape()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);

        var reply = await client.PostAsync("jwt", """{"user_id":"user-12345","project_id":"proj-abc"}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("result jwt", string.Join(' ', reply.Json.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("success", reply.Json.GetProperty("result").GetString());
        Assert.Equal(1, server.Received.JwtIssued);
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData("""{}""", 400, "invalid_user_id")]
    [InlineData("""{"user_id":""}""", 400, "invalid_user_id")]
    [InlineData("""{"user_id":"a b"}""", 400, "invalid_user_id")]
    [InlineData("""{"user_id":7}""", 400, "invalid_user_id")]
    [InlineData("""not json""", 400, "invalid_user_id")]
    [InlineData("""{"user_id":"u","project_id":"with_underscore"}""", 400, "invalid_project_id")]
    [InlineData("""{"user_id":"u","project_id":null}""", 400, "invalid_project_id")]
    [InlineData("""{"user_id":"u","project_id":"unknown"}""", 401, "project_not_found")]
    public async Task Bad_credentials_get_the_documented_errors(string body, int status, string error)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Tokens.Projects = ["proj-abc"];
        using BareClient client = new(server);

        var reply = await client.PostAsync("jwt", body);

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(error, reply.Json.GetProperty("error").GetString());
        Assert.Equal(0, server.Received.JwtIssued);
        // A project that the server does not know is a fault of nobody's.
        Assert.Equal(status == 401, server.Received.Violations.Count == 0);
    }

    [Theory]
    [InlineData("GET", "jwt")]
    [InlineData("POST", "connection")]
    [InlineData("GET", "conection")]
    [InlineData("DELETE", "chat")]
    public async Task What_is_no_endpoint_is_listed(string method, string path)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        using HttpRequestMessage request = new(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(request)).Status);
        Assert.StartsWith($"{method} /{path}: ", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_there_twice_is_listed()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("jwt", """{"user_id":"u","user_id":"u"}""")).Status);
        Assert.Contains("'user_id' is there twice", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_id_may_have_128_characters_and_not_129()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("jwt", $$"""{"user_id":"{{new string('a', 128)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("jwt", $$"""{"user_id":"{{new string('a', 129)}}"}""")).Status);
    }

    [Fact]
    public async Task The_configuration_has_the_documented_shape()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Configuration.Avatars =
        [
            new("avatar-id-123", "Assistant")
            {
                HasLiveMode = true,
                SmallIcon = "https://example.com/avatar-small.png",
                MediumIcon = "https://example.com/avatar-medium.png",
                LargeIcon = "https://example.com/avatar-large.png",
                StartButtonIcon = "https://example.com/start-icon.png",
                IdleVideo = "https://example.com/idle.mp4",
            },
        ];
        server.Configuration.Languages = [new("en", "English", "https://example.com/flags/en.png")];
        server.Configuration.Session = "session-identifier";
        server.Configuration.VadEnabled = true;
        using var client = await BareClient.SignInAsync(server);

        var reply = await client.GetAsync("connection");

        AssertSameJson(
            """
            {"status":200,"session":"session-identifier",
             "avatars_info":[{"_id":"avatar-id-123","name":"Assistant","greetingText":"Hello! How can I help you today?","hasLiveMode":true,
               "previewIcons":{"small":"https://example.com/avatar-small.png","medium":"https://example.com/avatar-medium.png","large":"https://example.com/avatar-large.png"},
               "startButtonIcon":"https://example.com/start-icon.png","idleVideo":"https://example.com/idle.mp4"}],
             "languages":[{"name":"English","language_code":"en","icon_url":"https://example.com/flags/en.png"}],
             "chat_types":["text","voice","video"],"messageTimeoutSeconds":30,"stopSpeakingTimeoutSeconds":10,"vadEnabled":true,"voiceModeSelector":true}
            """,
            reply.Text
        );
        Assert.Equal(1, server.Received.ConnectionReads);
    }

    [Fact]
    public async Task The_configuration_may_be_any_text()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Configuration.RawJson = """{"avatars_info":7}""";
        using var client = await BareClient.SignInAsync(server);

        Assert.Equal("""{"avatars_info":7}""", (await client.GetAsync("connection")).Text);
    }

    [Fact]
    public async Task The_history_has_the_documented_shape()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        FakeHistoryRow question = new()
        {
            Id = "message-id-123",
            UserId = BareClient.User,
            Request = "Hello, how are you?",
            AvatarId = "avatar-id-123",
            Date = 1737820800000,
        };
        server.History.Append(question);
        server.History.Append(
            question with
            {
                Id = "message-id-124",
                Direction = "incoming",
                Answer = "I'm doing great! How can I assist you today?",
                AvatarName = "Assistant",
                Date = 1737820801000,
                FileUrl = "https://example.com/response.mp4",
            }
        );
        using var client = await BareClient.SignInAsync(server);

        var reply = await client.GetAsync("chat?user_id=user-123&per_page=50&page=1");

        AssertSameJson(
            """
            {"payload":[
              {"_id":"message-id-123","direction":"outgoing","user_id":"user-123","request":"Hello, how are you?","avatar_id":"avatar-id-123",
               "date":1737820800000,"chat_type":"text","language_code":"en"},
              {"_id":"message-id-124","direction":"incoming","user_id":"user-123","request":"Hello, how are you?",
               "answer":"I'm doing great! How can I assist you today?","avatar_id":"avatar-id-123","avatar_name":"Assistant",
               "date":1737820801000,"chat_type":"text","language_code":"en","fileUrl":"https://example.com/response.mp4"}],
             "has_more_messages":false}
            """,
            reply.Text
        );
        Assert.Empty(server.Received.Violations);
    }

    [Theory]
    [InlineData("chat", 400)]
    [InlineData("chat?user_id=user-123&page=0", 400)]
    [InlineData("chat?user_id=user-123&per_page=x", 400)]
    [InlineData("chat?user_id=somebody-else", 403)]
    [InlineData("chat?user_id=user-123&limit=5", 200)]
    public async Task Wrong_history_requests_are_listed(string path, int status)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);

        Assert.Equal(status, (int)(await client.GetAsync(path)).Status);
        Assert.StartsWith("GET /chat: ", Assert.Single(server.Received.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_from_anywhere_may_call()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);
        using HttpRequestMessage preflight = new(HttpMethod.Options, "startLiveSession");
        preflight.Headers.Add("Origin", "https://chat.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        var reply = await client.SendAsync(preflight);

        Assert.Equal(HttpStatusCode.NoContent, reply.Status);
        Assert.Equal("https://chat.example", reply.Header("Access-Control-Allow-Origin"));
        Assert.Equal("authorization,content-type", reply.Header("Access-Control-Allow-Headers"));
        Assert.Contains("POST", reply.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal("*", (await client.GetAsync("connection")).Header("Access-Control-Allow-Origin"));
        Assert.Single(server.Received.Requests);
    }

    [Fact]
    public async Task Requests_are_in_the_journal_without_their_tokens()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        await client.GetAsync("chat?user_id=user-123&page=1");

        var request = server.Received.Requests[1];

        Assert.Equal(("GET", "/chat", 200, true), (request.Method, request.Path, request.Status, request.TokenWasGood));
        Assert.Equal("***", request.Headers["authorization"]);
        Assert.Equal("1", request.Query["page"]);
        Assert.Equal("""{"user_id":"user-123"}""", server.Received.Requests[0].Body);
        Assert.DoesNotContain(client.Token, JsonSerializer.Serialize(server.Received.Requests), StringComparison.Ordinal);
    }

    private static void AssertSameJson(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);
}
