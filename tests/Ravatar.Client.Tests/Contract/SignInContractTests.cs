using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What <c>POST /jwt</c> may answer.</summary>
public sealed class SignInContractTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    [Theory]
    [InlineData("invalid-user-id", 400, "invalid_user_id", 1)]
    [InlineData("invalid-project-id", 400, "invalid_project_id", 1)]
    [InlineData("project-not-found", 401, "project_not_found", 1)]
    [InlineData("token-generation-failed", 500, "token_generation_failed", 3)]
    public async Task Each_documented_error_has_its_status_its_code_and_advice(string @case, int status, string code, int attempts)
    {
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync());
        Assert.Equal(status == 401 ? typeof(RavatarAuthenticationException) : typeof(RavatarApiException), error.GetType());
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal("POST /jwt", error.Endpoint);
        Assert.NotNull(error.Recommendation);
        await AssertCallsAsync(@case, $"{attempts} POST /jwt");
    }

    [Theory]
    [InlineData("jwt-403", typeof(RavatarAuthenticationException), 403)]
    [InlineData("jwt-402", typeof(RavatarPaymentRequiredException), 402)]
    [InlineData("jwt-503", typeof(RavatarBusyException), 503)]
    public async Task Any_other_refusal_of_sign_in_is_an_error_at_once(string @case, Type type, int status)
    {
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync());
        Assert.Equal(type, error.GetType());
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        await AssertCallsAsync(@case, "1 POST /jwt");
    }

    [Theory]
    [InlineData("jwt-failure", "The project is switched off.")]
    [InlineData("jwt-failure-with-token", "reports a failure")]
    [InlineData("jwt-no-token", "holds no token")]
    [InlineData("jwt-empty-token", "holds no token")]
    [InlineData("jwt-html", "cannot be read")]
    [InlineData("jwt-empty", "is empty")]
    [InlineData("jwt-truncated", "cannot be read")]
    public async Task A_200_without_a_token_is_a_failed_issuance_and_no_empty_token(string @case, string said)
    {
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync());
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.Equal("POST /jwt", error.Endpoint);
        Assert.DoesNotContain("eyJ", error.ToString(), StringComparison.Ordinal);
        await AssertCallsAsync(@case, "1 POST /jwt");
    }

    [Fact]
    public async Task A_token_under_its_other_name_is_accepted()
    {
        await using RavatarClient client = Client("jwt-under-token");
        await client.GetConfigurationAsync();
        await AssertCallsAsync("jwt-under-token", "1 POST /jwt, 1 GET /connection");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Sign_in_is_repeated_after_a_failure_of_the_server(int status)
    {
        await using RavatarClient client = Client($"jwt-{status}-once");
        await client.GetConfigurationAsync();
        await AssertCallsAsync($"jwt-{status}-once", "2 POST /jwt, 1 GET /connection");
    }

    [Fact]
    public async Task A_failed_sign_in_is_tried_afresh_by_the_next_call()
    {
        await using RavatarClient client = Client("jwt-afresh", o => o.Retry.MaxRetries = 0);
        await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync());
        await client.GetConfigurationAsync();
        await AssertCallsAsync("jwt-afresh", "2 POST /jwt, 1 GET /connection");
    }
}
