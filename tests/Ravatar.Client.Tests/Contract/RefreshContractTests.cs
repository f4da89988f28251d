using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>403: a new token with the original credentials, and the same request once more.</summary>
public sealed class RefreshContractTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    [Theory]
    [InlineData("connection", "refresh-connection")]
    [InlineData("chat", "refresh-chat")]
    public async Task A_403_is_followed_by_one_sign_in_and_the_same_request_with_the_new_token(string endpoint, string @case)
    {
        await using RavatarClient client = Client(@case);
        await CallAsync(client, endpoint);
        await AssertCallsAsync(@case, $"2 POST /jwt, 2 GET /{endpoint}");
        IReadOnlyList<WireMockRequest> requests = await RequestsAsync(@case);
        WireMockRequest[] signIns = [.. requests.Where(r => r.Endpoint == "POST /jwt")];
        Assert.Equal(signIns[0].Body, signIns[1].Body);
        WireMockRequest[] reads = [.. requests.Where(r => r.Method == "GET")];
        Assert.Equal(reads[0].Url, reads[1].Url);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], reads.Select(r => r.Headers["Authorization"]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("chat")]
    public async Task A_second_403_is_an_error(string endpoint)
    {
        string @case = $"{endpoint}-403";
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarAuthenticationException>(() => CallAsync(client, @case));
        Assert.Equal(HttpStatusCode.Forbidden, error.StatusCode);
        Assert.Equal($"GET /{endpoint}", error.Endpoint);
        await AssertCallsAsync(@case, $"2 POST /jwt, 2 GET /{endpoint}");
    }

    [Fact]
    public async Task A_sign_in_that_fails_after_a_403_is_the_error()
    {
        await using RavatarClient client = Client("refresh-denied");
        RavatarApiException error = await Assert.ThrowsAsync<RavatarAuthenticationException>(() => client.GetConfigurationAsync());
        Assert.Equal("project_not_found", error.ErrorCode);
        Assert.Equal("POST /jwt", error.Endpoint);
        await AssertCallsAsync("refresh-denied", "2 POST /jwt, 1 GET /connection");
    }

    [Fact]
    public async Task Many_calls_that_meet_a_403_share_one_sign_in()
    {
        await using RavatarClient client = Client("refresh-many");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => client.GetConfigurationAsync())));
        IReadOnlyList<WireMockRequest> requests = await RequestsAsync("refresh-many");
        Assert.Equal(2, requests.Count(r => r.Endpoint == "POST /jwt"));
        Assert.Equal(50, requests.Count(r => r.Headers.TryGetValue("Authorization", out string? token) && token == "Bearer token-2"));
    }

    [Fact]
    public async Task A_retry_and_a_refresh_go_together()
    {
        await using RavatarClient client = Client("refresh-after-504");
        await client.GetConfigurationAsync();
        await AssertCallsAsync("refresh-after-504", "2 POST /jwt, 3 GET /connection");
    }
}
