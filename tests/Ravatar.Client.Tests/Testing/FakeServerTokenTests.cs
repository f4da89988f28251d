using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

public sealed class FakeServerTokenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_are_signed_with_HS256_and_live_for_24_hours()
    {
        ManualTimeProvider time = new();
        await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = time }, Ct);
        using var client = await BareClient.SignInAsync(server);

        var parts = client.Token.Split('.');
        var header = Claims(parts[0]);
        var claims = Claims(parts[1]);

        Assert.Equal("HS256", header["alg"]!.GetValue<string>());
        Assert.Equal(BareClient.User, claims["user_id"]!.GetValue<string>());
        Assert.Equal(time.GetUtcNow().ToUnixTimeSeconds(), claims["iat"]!.GetValue<long>());
        Assert.Equal(24 * 3600, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("connection")).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("connection")).Status);
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("chat?user_id=user-123")]
    public async Task Without_a_good_token_reading_is_forbidden(string path)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using var client = await BareClient.SignInAsync(server);
        server.Tokens.RevokeAll();

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(path)).Status);
        client.Token = "";
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(path)).Status);
        client.Token = "a.b.c";
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(path)).Status);
        Assert.All(server.Received.Requests.Skip(1), request => Assert.False(request.TokenWasGood));
    }

    [Theory]
    [InlineData("startLiveSession")]
    [InlineData("endLiveSession")]
    public async Task Without_a_good_token_live_sessions_are_forbidden(string path)
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        using BareClient client = new(server);

        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync(path, """{"avatar_id":"avatar-id-123"}""")).Status);
        Assert.Empty(server.Live.All);
    }

    [Fact]
    public async Task A_token_signed_by_another_server_is_bad()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        await using var other = await FakeRavatarServer.StartAsync(new() { Seed = 2 }, Ct);
        using BareClient client = new(server) { Token = other.Tokens.Create(BareClient.User) };

        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("connection")).Status);
        server.Tokens.AcceptAny = true;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("connection")).Status);
    }

    [Fact]
    public async Task A_new_token_may_revoke_the_older_ones_of_its_user()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Tokens.NewTokenRevokesOlder = true;
        using var first = await BareClient.SignInAsync(server);
        using var other = await BareClient.SignInAsync(server, "user-456");
        using var second = await BareClient.SignInAsync(server);

        Assert.Equal(HttpStatusCode.Forbidden, (await first.GetAsync("connection")).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("connection")).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("connection")).Status);
    }

    [Fact]
    public async Task A_token_may_be_any_text_with_any_expiry()
    {
        await using var server = await FakeRavatarServer.StartAsync(cancellationToken: Ct);
        server.Tokens.IssueNext("opaque-token");
        using var opaque = await BareClient.SignInAsync(server);
        server.Tokens.RawExpiry = "253402300799";
        using var far = await BareClient.SignInAsync(server);
        server.Tokens.RawExpiry = "";
        using var none = await BareClient.SignInAsync(server);

        Assert.Equal("opaque-token", opaque.Token);
        Assert.Equal(253402300799, Claims(far.Token.Split('.')[1])["exp"]!.GetValue<long>());
        Assert.False(Claims(none.Token.Split('.')[1]).ContainsKey("exp"));
        foreach (var client in (BareClient[])[opaque, far, none])
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("connection")).Status);
        }

        Assert.Equal([opaque.Token, far.Token, none.Token], server.Tokens.Issued);
    }

    [Fact]
    public async Task Equal_seeds_give_equal_tokens_and_identifiers()
    {
        List<string> tokens = [];
        for (var i = 0; i < 2; i++)
        {
            await using var server = await FakeRavatarServer.StartAsync(new() { TimeProvider = new ManualTimeProvider(), Seed = 5 }, Ct);
            tokens.Add(server.Tokens.Create("u") + server.History.Append(new() { UserId = "u" }).Id + server.Configuration.Session);
        }

        Assert.Equal(tokens[0], tokens[1]);
    }

    private static JsonObject Claims(string part)
    {
        var padded = part.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (part.Length % 4)) % 4);
        return JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(padded)))!.AsObject();
    }
}
