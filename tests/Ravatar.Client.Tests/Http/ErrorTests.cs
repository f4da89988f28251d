using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ErrorTests
{
    [Theory]
    [InlineData(400, typeof(RavatarApiException))]
    [InlineData(401, typeof(RavatarAuthenticationException))]
    [InlineData(402, typeof(RavatarPaymentRequiredException))]
    [InlineData(403, typeof(RavatarAuthenticationException))]
    [InlineData(404, typeof(RavatarApiException))]
    [InlineData(418, typeof(RavatarApiException))]
    [InlineData(429, typeof(RavatarApiException))]
    [InlineData(500, typeof(RavatarApiException))]
    [InlineData(502, typeof(RavatarApiException))]
    [InlineData(503, typeof(RavatarBusyException))]
    [InlineData(504, typeof(RavatarTimeoutException))]
    [InlineData(599, typeof(RavatarApiException))]
    public async Task Each_status_is_its_own_exception(int status, Type type)
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        test.Server.AnswerWith("""{"error":"some_code","message":"Some words."}""", (HttpStatusCode)status);
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal(type, error.GetType());
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Equal("some_code", error.ErrorCode);
        Assert.Equal("Some words.", error.ServerMessage);
        Assert.Equal("GET /connection", error.Endpoint);
        Assert.Contains("GET /connection", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}", error.Message, StringComparison.Ordinal);
        Assert.Contains("some_code", error.Message, StringComparison.Ordinal);
        Assert.Contains("Some words.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_failure_that_only_the_body_tells_is_believed(int status)
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        test.Server.AnswerWith($$"""{"status":{{status}},"error":"why"}""");
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Equal("why", error.ErrorCode);
    }

    [Fact]
    public async Task A_failing_status_behind_the_lists_is_believed_as_well()
    {
        await using TestClient test = new();
        test.Server.AnswerWith("""{"avatars_info":[],"status":"402","message":"pay"}""");
        RavatarApiException error = await FailureAsync(test);
        Assert.IsType<RavatarPaymentRequiredException>(error);
        Assert.Equal("pay", error.ServerMessage);
    }

    [Theory]
    [InlineData("""{"avatars_info":[],"languages":[],"status":403}""")]
    [InlineData("""{"avatars_info":[{"_id":"a"}],"status":403,"error":"Token expired"}""")]
    public async Task A_refusal_behind_the_lists_asks_for_a_new_token(string refusal)
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(() => ScriptedHandler.Json(refusal), static () => ScriptedHandler.Json(TestClient.ConfigurationJson));
        Assert.Equal("session-1", (await test.Client.GetConfigurationAsync()).Session);
        Assert.Equal(2, test.Server.Count("POST /jwt"));
    }

    [Theory]
    [InlineData("", 200)]
    [InlineData("x", 100)]
    public async Task In_a_long_answer_a_refusal_is_found_behind_what_is_empty(string id, int rows)
    {
        await using TestClient test = new();
        string list = string.Join(',', Enumerable.Repeat($$"""{"_id":"{{id.PadRight(60)}}"}""", rows));
        test.Server.AnswerWith($$"""{"languages":[],"x":{},"status":"402","avatars_info":[{{list}}]}""");
        Assert.IsType<RavatarPaymentRequiredException>(await FailureAsync(test));
        Assert.Equal(HttpStatusCode.PaymentRequired, test.Server.Answered[^1].StatusCode);
        test.Server.AnswerWith($$"""{"avatars_info":[{{list}}],"status":"402"}""");
        Assert.IsType<RavatarPaymentRequiredException>(await FailureAsync(test));
    }

    [Theory]
    [InlineData("""{"payload":[],"has_more_messages":false,"status":402,"error":"pay"}""", 402, "pay")]
    [InlineData("""{"payload":[{"_id":"1"}],"status":402,"message":"pay"}""", 402, "pay")]
    [InlineData("""{"payload":[],"error":"no_history"}""", 200, "no_history")]
    [InlineData("""{"payload":[],"result":"failure","message":"no"}""", 200, "no")]
    [InlineData("""{"payload":[],"error":{"message":"no"}}""", 200, "no")]
    [InlineData("""{"payload":[],"error":1}""", 200, "1")]
    [InlineData("""{"payload":[],"error":true,"message":"no"}""", 200, "no")]
    [InlineData("""{"payload":[],"error":["no"],"message":"no"}""", 200, "no")]
    public async Task A_history_that_tells_of_a_failure_is_no_empty_one(string json, int status, string message)
    {
        await using TestClient test = new();
        test.Server.AnswerWith(json);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetHistoryPageAsync());
        Assert.Equal(((HttpStatusCode)status, message), (error.StatusCode, error.ServerMessage));
        await Assert.ThrowsAnyAsync<RavatarApiException>(async () =>
        {
            await foreach (HistoryMessage _ in test.Client.GetHistoryAsync()) { }
        });
    }

    [Fact]
    public async Task A_refusal_told_behind_the_messages_of_a_history_asks_for_a_new_token()
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(
            static () => ScriptedHandler.Json("""{"payload":[],"has_more_messages":false,"status":403,"error":"Token expired"}"""),
            static () => ScriptedHandler.Json("""{"payload":[{"_id":"1"}],"has_more_messages":false}""")
        );
        Assert.Single((await test.Client.GetHistoryPageAsync()).Messages);
        Assert.Equal(2, test.Server.Count("POST /jwt"));
    }

    [Theory]
    [InlineData("""{"payload":[],"error":null}""")]
    [InlineData("""{"payload":[],"error":"","result":"success"}""")]
    [InlineData("""{"payload":[],"error":0}""")]
    [InlineData("""{"payload":[],"error":0.0}""")]
    [InlineData("""{"payload":[],"error":false}""")]
    [InlineData("""{"payload":[],"error":{ }}""")]
    [InlineData("""{"payload":[],"error":[ ]}""")]
    [InlineData("""{"payload":[],"status":200,"message":"No messages yet"}""")]
    [InlineData("""{"payload":[],"result":"\ud800"}""")]
    public async Task An_empty_history_is_one_whatever_is_said_with_it(string json)
    {
        await using TestClient test = new();
        test.Server.AnswerWith(json);
        Assert.Empty((await test.Client.GetHistoryPageAsync()).Messages);
    }

    [Theory]
    [InlineData("""{"error":"no_connection_data"}""", "no_connection_data")]
    [InlineData("""{"result":"failure","message":"no"}""", "no")]
    [InlineData("""{"message":"no"}""", "no")]
    [InlineData("""{"result":"failure"}""", null)]
    public async Task An_error_without_anything_else_is_a_failure(string json, string? message)
    {
        await using TestClient test = new();
        test.Server.AnswerWith(json);
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.Contains(message ?? "failure", error.ServerMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"result":"success","message":"Nothing is set up yet"}""")]
    [InlineData("""{"status":200,"message":"Nothing is set up yet"}""")]
    [InlineData("""{"status":"204","message":"Nothing is set up yet","error":{ }}""")]
    [InlineData("""{"error":0,"message":""}""")]
    public async Task An_empty_configuration_is_one_where_it_says_that_all_is_well(string json)
    {
        await using TestClient test = new();
        test.Server.AnswerWith(json);
        Assert.Empty((await test.Client.GetConfigurationAsync()).Avatars);
    }

    [Theory]
    [InlineData("invalid_user_id", 400, "user id")]
    [InlineData("invalid_project_id", 400, "project id")]
    [InlineData("project_not_found", 401, "project id")]
    [InlineData("other", 402, "payment prompt")]
    [InlineData("other", 503, "Please try again later")]
    [InlineData("other", 504, "exponential backoff")]
    public async Task Each_failure_says_what_to_do(string code, int status, string advice)
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        test.Server.Jwt = (_, _) => Task.FromResult(ScriptedHandler.Json($$"""{"error":"{{code}}"}""", (HttpStatusCode)status));
        RavatarApiException error = await FailureAsync(test);
        Assert.Contains(advice, error.Recommendation, StringComparison.Ordinal);
        Assert.Equal("POST /jwt", error.Endpoint);
    }

    [Theory]
    [InlineData("""{"message":"only words"}""", null, "only words")]
    [InlineData("""{"error":"only_code"}""", "only_code", "only_code")]
    [InlineData("""{"error":{"code":"x","message":"nested"}}""", "x", "nested")]
    [InlineData("""{"error":{"message":"nested","code":"x"}}""", "x", "nested")]
    [InlineData("""{"error":{"message":"nested"}}""", null, "nested")]
    [InlineData("""{"error":{"code":7}}""", "7", "7")]
    [InlineData("""{"error":{"code":"x","message":"nested"},"message":"outside"}""", "x", "outside")]
    [InlineData("""{"message":{"code":"x","message":"nested"}}""", "x", "nested")]
    [InlineData("""{"error":12,"message":null}""", "12", "12")]
    [InlineData("\"just a string\"", null, "just a string")]
    [InlineData("Bad Gateway", null, "Bad Gateway")]
    [InlineData("""{"error":"cut of""", null, """{"error":"cut of""")]
    [InlineData("[1,2]", null, "[1,2]")]
    [InlineData("", null, null)]
    [InlineData(
        "<!DOCTYPE html><html><head><title>x</title><style>p{}</style></head><body><h1>502</h1>\n<p>Bad&nbsp;gateway &amp; more</p><script>var a = '<p>';</script></body></html>",
        null,
        "502 Bad gateway & more"
    )]
    [InlineData("a < b and c > d", null, "a < b and c > d")]
    [InlineData("<script>never closed", null, null)]
    [InlineData("line one\r\n\tline\0two\u001b[31m", null, "line one line two [31m")]
    public void Whatever_the_body_holds_is_read_for_people(string body, string? code, string? message)
    {
        ErrorBody error = ErrorBody.Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal(code, error.Code);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void Long_texts_are_cut()
    {
        Assert.Equal(501, ErrorBody.Read(Encoding.UTF8.GetBytes(new string('x', 1_000_000))).Message!.Length);
        string json = $$"""{"message":"{{new string('x', 499)}}😀😀"}""";
        Assert.Equal(new string('x', 499) + "…", ErrorBody.Read(Encoding.UTF8.GetBytes(json)).Message);
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        Prop.ForAll<byte[]>(bytes =>
            {
                ErrorBody.Read(bytes ?? []);
                ErrorBody.PeekStatus(bytes ?? []);
            })
            .QuickCheckThrowOnFailure();
        Prop.ForAll<string>(text => ErrorBody.Read(Encoding.UTF8.GetBytes("<" + text + "<" + text)).Message?.Length is null or <= 501)
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-x is bad", "token [token] is bad")]
    [InlineData("eyJeyJ,eyJ", "[token],[token]")]
    public void What_looks_like_a_token_is_masked(string text, string expected)
    {
        Assert.Equal(expected, PlainText.From(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html><body>Log in to the Wi-Fi</body></html>")]
    [InlineData("""{"status":200,"session":"s","avatars_info":[{"_id":"a","na""")]
    [InlineData("""{"status":200} trailing""")]
    public async Task A_good_status_with_no_answer_is_a_failure(string body)
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => Task.FromResult(ScriptedHandler.Text(body, "text/plain"));
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal(typeof(RavatarApiException), error.GetType());
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.Equal(1, test.Server.Count("GET /connection"));
        Assert.NotNull(error.Recommendation);
    }

    [Fact]
    public async Task Deep_json_is_a_failure_not_a_crash()
    {
        await using TestClient test = new();
        test.Server.AnswerWith($$"""{"session":"s","x":{{new string('[', 100_000)}}""");
        await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
    }

    [Theory]
    [InlineData("https://evil.example/path?secret=1", "https://evil.example")]
    [InlineData("/elsewhere?secret=1", "https://chat.rvtr.ai")]
    [InlineData(null, "an unnamed address")]
    public async Task A_redirect_is_an_error_that_names_the_host(string? location, string named)
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json("", HttpStatusCode.TemporaryRedirect);
            response.Headers.Location = location is null
                ? null
                : new Uri(location, location[0] is '/' ? UriKind.Relative : UriKind.Absolute);
            return Task.FromResult(response);
        };
        RavatarApiException error = await FailureAsync(test);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, error.StatusCode);
    }

    [Theory]
    [InlineData("//[")]
    [InlineData("//%")]
    [InlineData("//a:b:c")]
    [InlineData("//host:99999/")]
    [InlineData("http://")]
    public async Task A_redirect_to_nowhere_is_an_error_as_well(string location)
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json("", HttpStatusCode.Redirect);
            response.Headers.TryAddWithoutValidation("Location", location);
            return Task.FromResult(response);
        };
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal(HttpStatusCode.Redirect, error.StatusCode);
        Assert.Contains("redirects", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_a_host_with_the_token_s_name_does_not_tell_it()
    {
        await using TestClient test = new();
        test.Server.MakeToken = static n => $"S3cret-Opaque-Token-{n}";
        test.Server.Answer = (seen, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json("", HttpStatusCode.Redirect);
            response.Headers.Location = new Uri($"https://{seen.Token}.evil.example/");
            return Task.FromResult(response);
        };
        RavatarApiException error = await FailureAsync(test);
        Assert.Contains("https://[token].evil.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_quoted_in_answer_to_a_request_which_lost_it_on_its_way_is_masked()
    {
        await using TestClient test = new();
        test.Server.Answer = (seen, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Text($"you sent {seen.Token}", "text/plain", HttpStatusCode.BadRequest);
            response.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://chat.rvtr.ai/connection"); // without the token
            return Task.FromResult(response);
        };
        Assert.Equal("you sent [token]", (await FailureAsync(test)).ServerMessage);
        Assert.DoesNotContain("token-1", test.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "GET", "https://chat.rvtr.ai/elsewhere")] // what comes of a redirect
    [InlineData(400, "GET", "https://chat.rvtr.ai/elsewhere")]
    [InlineData(403, "GET", "https://chat.rvtr.ai/elsewhere")]
    [InlineData(200, "GET", "https://token-1.rvtr.ai/elsewhere")]
    public async Task What_comes_from_behind_a_redirect_which_the_transport_followed_is_not_read(int status, string method, string address)
    {
        await using TestClient test = new();
        test.Server.Answer = (seen, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json(TestClient.ConfigurationJson, (HttpStatusCode)status);
            response.RequestMessage = new HttpRequestMessage(new HttpMethod(method), address); // without the token
            return Task.FromResult(response);
        };
        RavatarApiException error = await FailureAsync(test);
        Assert.Contains("redirects", error.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(RavatarApiException), error.GetType());
        Assert.True(test.Server.Answered[^1].IsDisposed);
        Assert.Equal(1, test.Server.Count("POST /jwt"));
        Assert.DoesNotContain("token-1", test.Logs.Text + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_at_the_cut_of_a_long_page_leaves_no_part_of_itself()
    {
        await using TestClient test = new();
        test.Server.MakeToken = static n => $"s3cretopaquetoken0123456789abcdefghijklmnopqrstuvwxyz-{n}";
        for (int before = 16 * 1024 - 60; before < 16 * 1024 + 5; before += 4)
        {
            test.Server.Answer = (seen, _) =>
                Task.FromResult(ScriptedHandler.Text("<p>".PadRight(before) + seen.Token + "</p>", "text/html", HttpStatusCode.BadRequest));
            Assert.DoesNotContain("s3cr", $"{await FailureAsync(test)}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_longer_than_any_name_is_no_answer()
    {
        await using TestClient test = new();
        test.Server.AnswerWith(TestClient.ConfigurationJson.Replace("session-1", new string('s', 1025), StringComparison.Ordinal));
        RavatarApiException error = await FailureAsync(test);
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.Contains("1024", error.Message, StringComparison.Ordinal);
        test.Server.AnswerWith(TestClient.ConfigurationJson.Replace("session-1", new string('s', 1024), StringComparison.Ordinal));
        Assert.Equal(1024, (await test.Client.GetConfigurationAsync()).Session!.Length);
    }

    [Fact]
    public async Task Retry_after_is_told()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json("{}", HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter = new RetryConditionHeaderValue(test.Time.GetUtcNow() + TimeSpan.FromMinutes(2));
            return Task.FromResult(response);
        };
        Assert.Equal(TimeSpan.FromMinutes(2), (await FailureAsync(test)).RetryAfter);
    }

    [Fact]
    public async Task No_connection_is_an_error_with_the_guides_advice()
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        test.Server.Jwt = (_, _) => throw new HttpRequestException("Name or service not known (chat.rvtr.ai:443)");
        RavatarApiException error = await FailureAsync(test);
        Assert.Null(error.StatusCode);
        Assert.IsType<HttpRequestException>(error.InnerException);
        Assert.Contains("internet connection", error.Recommendation, StringComparison.Ordinal);
    }

    private static async Task<RavatarApiException> FailureAsync(TestClient test) =>
        await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
}
