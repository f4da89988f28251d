using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

public class SignInTests
{
    [Fact]
    public async Task Calls_are_signed_with_a_token_that_is_asked_for_once()
    {
        await using TestClient test = new();
        await test.Client.GetConfigurationAsync();
        await test.Client.GetConfigurationAsync();
        Assert.Equal(["POST /jwt", "GET /connection", "GET /connection"], test.Server.Seen.Select(r => r.Endpoint));
        Assert.Equal([null, "Bearer token-1", "Bearer token-1"], test.Server.Seen.Select(r => r.Authorization));
    }

    [Fact]
    public async Task The_project_is_left_out_where_there_is_none()
    {
        await using TestClient test = new(o => o.ProjectId = null);
        await test.Client.GetConfigurationAsync();
        Assert.Equal("""{"user_id":"user-123"}""", test.Server.Seen[0].Body);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_and_the_request_repeated_once()
    {
        await using TestClient test = new();
        await test.Client.GetConfigurationAsync();
        test.Server.RevokeAll();
        HistoryPageScript(test);
        await test.Client.GetHistoryPageAsync(2, 50);
        Assert.Equal(["POST /jwt", "GET /connection", "GET /chat", "POST /jwt", "GET /chat"], test.Server.Seen.Select(r => r.Endpoint));
        Assert.Equal("https://chat.rvtr.ai/chat?user_id=user-123&per_page=50&page=2", test.Server.Seen[4].Uri.AbsoluteUri);
        Assert.Equal(test.Server.Seen[2].Uri, test.Server.Seen[4].Uri);
        Assert.Equal("Bearer token-2", test.Server.Seen[4].Authorization);
        Assert.All(test.Server.Answered, r => Assert.True(r.IsDisposed));
    }

    [Fact]
    public async Task A_second_refusal_is_an_error()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => Task.FromResult(ScriptedHandler.Json("""{"error":"nope"}""", HttpStatusCode.Forbidden));
        RavatarAuthenticationException error = await Assert.ThrowsAsync<RavatarAuthenticationException>(() =>
            test.Client.GetConfigurationAsync()
        );
        Assert.Equal(HttpStatusCode.Forbidden, error.StatusCode);
        Assert.Equal("nope", error.ErrorCode);
        Assert.Equal(2, test.Server.Count("POST /jwt"));
        Assert.Equal(2, test.Server.Count("GET /connection"));
    }

    [Fact]
    public async Task A_shared_token_that_is_refused_as_well_leads_to_one_of_our_own()
    {
        TestCache cache = new();
        await using TestClient test = new(o => o.TokenCache = new TokenCacheOptions(cache) { Key = new byte[32], AllowPlainText = true });
        await test.Client.GetConfigurationAsync();
        test.Server.RevokeAll();
        cache.Values[cache.Key] = SharedToken.Seal(new AccessToken("stale"), cache.Key, test.Time.GetUtcNow().AddHours(1));
        await test.Client.GetConfigurationAsync();
        Assert.Equal([null, "token-1", "token-1", "stale", null, "token-2"], test.Server.Seen.Select(r => r.Token));
        Assert.All(test.Server.Answered, r => Assert.True(r.IsDisposed));
    }

    [Fact]
    public async Task A_refusal_that_only_the_body_tells_refreshes_too()
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(
            () => ScriptedHandler.Json("""{"status":403,"error":"expired"}"""),
            () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        await test.Client.GetConfigurationAsync();
        Assert.Equal(2, test.Server.Count("POST /jwt"));
    }

    [Fact]
    public async Task A_thousand_calls_on_an_expired_token_share_one_sign_in()
    {
        for (int round = 0; round < 20; round++)
        {
            await using TestClient test = new();
            await test.Client.GetConfigurationAsync();
            test.Server.RevokeAll();
            ChatConfiguration[] all = await Task.WhenAll(
                Enumerable.Range(0, 1000).Select(_ => Task.Run(() => test.Client.GetConfigurationAsync()))
            );
            Assert.All(all, c => Assert.Equal("session-1", c.Session));
            Assert.Equal(2, test.Server.Count("POST /jwt"));
        }
    }

    [Fact]
    public async Task A_thousand_calls_on_a_due_token_share_one_sign_in()
    {
        await using TestClient test = new();
        test.Server.MakeToken = n =>
            Jwts.With($$"""{"n":{{n}},"exp":{{(test.Time.GetUtcNow() + TimeSpan.FromHours(1)).ToUnixTimeSeconds()}}}""");
        await test.Client.GetConfigurationAsync();
        test.Time.Advance(TimeSpan.FromHours(2));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() => test.Client.GetConfigurationAsync())));
        Assert.Equal(2, test.Server.Count("POST /jwt"));
        Assert.Equal(1001, test.Server.Count("GET /connection"));
    }

    [Theory]
    [InlineData("""{"result":"failure","error":"project_not_found"}""", "project_not_found")]
    [InlineData("""{"result":"failure","jwt":"eyJhbGciOi.secret.x"}""", "reports a failure")]
    [InlineData("""{"result":"success"}""", "holds no token")]
    [InlineData("""{"result":"success","jwt":""}""", "holds no token")]
    [InlineData("""{"result":"success","jwt":null}""", "holds no token")]
    [InlineData("""{"result":"success","jwt":42}""", "holds no token")]
    [InlineData("""{"result":"success","jwt":"a\r\nX: y"}""", "characters")]
    [InlineData("""{"result":"success","jwt":"a b"}""", "characters")]
    [InlineData("""{"result":"success","jwt":"é"}""", "characters")]
    [InlineData("""{"result":"success","jwt":"secret-abc""", "cannot be read")]
    [InlineData("""{"result":"success","jwt":"secret-abc"}]""", "cannot be read")]
    [InlineData("""["secret"]""", "cannot be read")]
    [InlineData("<html>secret</html>", "cannot be read")]
    [InlineData("", "is empty")]
    public async Task An_answer_without_a_usable_token_is_a_failed_sign_in(string body, string expected)
    {
        await using TestClient test = new();
        test.Server.Jwt = (_, _) => Task.FromResult(ScriptedHandler.Json(body));
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("POST /jwt", error.Endpoint);
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", test.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(1, test.Server.Count("POST /jwt"));
    }

    [Fact]
    public async Task A_token_of_a_megabyte_is_refused()
    {
        await using TestClient test = new();
        test.Server.Jwt = (_, _) => Task.FromResult(ScriptedHandler.TokenAnswer(new string('x', 1024 * 1024)));
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Contains("16384", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_also_read_from_its_other_name()
    {
        await using TestClient test = new();
        test.Server.Jwt = (_, _) => Task.FromResult(ScriptedHandler.Json($$"""{"result":"success","token":"{{test.Server.Issue()}}"}"""));
        await test.Client.GetConfigurationAsync();
        Assert.Equal("Bearer token-1", test.Server.Seen[1].Authorization);
    }

    [Fact]
    public async Task The_token_shows_in_no_log_at_any_level_nor_in_an_error_that_quotes_it()
    {
        await using TestClient test = new();
        string secret = "";
        test.Server.MakeToken = n => secret = Jwts.With($$"""{"n":{{n}}}""");
        await test.Client.GetConfigurationAsync();
        test.Server.Answer = (seen, _) =>
            Task.FromResult(
                ScriptedHandler.Json($$"""{"error":"bad","message":"cannot use {{seen.Token}} here"}""", HttpStatusCode.BadRequest)
            );
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal("cannot use [token] here", error.ServerMessage);
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        string logs = test.Logs.Text;
        Assert.DoesNotContain(secret, logs, StringComparison.Ordinal);
        Assert.Contains("GET /connection", logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_opaque_token_that_an_error_quotes_is_masked_as_well()
    {
        await using TestClient test = new();
        test.Server.MakeToken = _ => "opaque.secret~value";
        test.Server.Answer = (seen, _) =>
            Task.FromResult(ScriptedHandler.Text($"<p>no {seen.Token} here</p>", "text/html", HttpStatusCode.BadRequest));
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal("no [token] here", error.ServerMessage);
    }

    private static void HistoryPageScript(TestClient test) => test.Server.AnswerWith("""{"payload":[],"has_more_messages":false}""");
}
