using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The statuses that every endpoint may answer, on those that need a token.</summary>
public sealed class StatusContractTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    public static TheoryData<string, int, Type, int> Statuses()
    {
        TheoryData<string, int, Type, int> data = [];
        foreach (string endpoint in (string[])["connection", "chat"])
        {
            data.Add(endpoint, 402, typeof(RavatarPaymentRequiredException), 1);
            data.Add(endpoint, 404, typeof(RavatarApiException), 1);
            data.Add(endpoint, 429, typeof(RavatarApiException), 1);
            data.Add(endpoint, 500, typeof(RavatarApiException), 1);
            data.Add(endpoint, 502, typeof(RavatarApiException), 3);
            data.Add(endpoint, 503, typeof(RavatarBusyException), 1);
            data.Add(endpoint, 504, typeof(RavatarTimeoutException), 3);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task Each_status_is_its_own_exception_after_as_many_attempts_as_it_deserves(
        string endpoint,
        int status,
        Type type,
        int attempts
    )
    {
        string @case = $"{endpoint}-{status}";
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => CallAsync(client, @case));
        Assert.Equal(type, error.GetType());
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.NotNull(error.ErrorCode);
        Assert.Equal($"GET /{endpoint}", error.Endpoint);
        Assert.Equal(status is 402 or 503 or 504, error.Recommendation is not null);
        await AssertCallsAsync(@case, $"1 POST /jwt, {attempts} GET /{endpoint}");
    }

    [Theory]
    [InlineData("connection", 502)]
    [InlineData("connection", 504)]
    [InlineData("chat", 502)]
    [InlineData("chat", 504)]
    public async Task What_passes_is_repeated_and_succeeds(string endpoint, int status)
    {
        string @case = $"{endpoint}-{status}-once";
        await using RavatarClient client = Client(@case);
        await CallAsync(client, @case);
        await AssertCallsAsync(@case, $"1 POST /jwt, 2 GET /{endpoint}");
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("chat")]
    public async Task Busy_is_repeated_where_the_option_says_so(string endpoint)
    {
        string @case = $"{endpoint}-503-once";
        await using RavatarClient client = Client(@case, o => o.Retry.RetryBusy = true);
        await CallAsync(client, @case);
        await AssertCallsAsync(@case, $"1 POST /jwt, 2 GET /{endpoint}");
    }

    [Fact]
    public async Task Busy_tells_how_long_to_wait()
    {
        await using RavatarClient client = Client("retry-after");
        RavatarBusyException error = await Assert.ThrowsAsync<RavatarBusyException>(() => client.GetConfigurationAsync());
        Assert.Equal(TimeSpan.FromSeconds(90), error.RetryAfter);
    }

    [Fact]
    public async Task A_server_that_asks_to_wait_for_a_day_gets_no_retry()
    {
        await using RavatarClient client = Client("retry-after-a-day");
        RavatarTimeoutException error = await Assert.ThrowsAsync<RavatarTimeoutException>(() => client.GetConfigurationAsync());
        Assert.Equal(TimeSpan.FromDays(1), error.RetryAfter);
        await AssertCallsAsync("retry-after-a-day", "1 POST /jwt, 1 GET /connection");
    }

    [Fact]
    public async Task A_failure_that_only_the_body_tells_is_believed()
    {
        await using RavatarClient client = Client("body-402");
        RavatarApiException error = await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => client.GetConfigurationAsync());
        Assert.Equal("payment_required", error.ErrorCode);
    }

    [Theory]
    [InlineData("connection")]
    [InlineData("chat")]
    public async Task A_redirect_is_not_followed(string endpoint)
    {
        string @case = $"{endpoint}-redirect";
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => CallAsync(client, @case));
        Assert.Equal(HttpStatusCode.Redirect, error.StatusCode);
        await AssertCallsAsync(@case, $"1 POST /jwt, 1 GET /{endpoint}");
        Assert.Empty(await RequestsAsync("elsewhere"));
    }

    [Theory]
    [InlineData("message", "payment_required", "Out of credit.")]
    [InlineData("text", null, "Out of credit.")]
    [InlineData("json-as-text", "payment_required", "payment_required")]
    [InlineData("html", null, "402 Payment Required nginx")]
    [InlineData("none", null, null)]
    [InlineData("quotes-the-token", null, "Refused: Bearer [token]")]
    public async Task An_error_body_is_read_whatever_its_shape(string shape, string? code, string? message)
    {
        await using RavatarClient client = Client($"error-{shape}");
        RavatarApiException error = await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => client.GetConfigurationAsync());
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal(message, error.ServerMessage);
    }

    [Fact]
    public async Task A_long_error_text_is_cut()
    {
        await using RavatarClient client = Client("error-long");
        RavatarApiException error = await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => client.GetConfigurationAsync());
        Assert.Equal(new string('x', 500) + "…", error.ServerMessage);
    }

    [Theory]
    [InlineData("connection-answer-empty")]
    [InlineData("connection-answer-html")]
    [InlineData("connection-answer-truncated")]
    [InlineData("connection-answer-array")]
    [InlineData("chat-answer-empty")]
    [InlineData("chat-answer-html")]
    [InlineData("chat-answer-truncated")]
    [InlineData("chat-answer-array")]
    public async Task A_200_that_is_no_answer_is_an_error(string @case)
    {
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => CallAsync(client, @case));
        Assert.Equal(HttpStatusCode.OK, error.StatusCode);
        Assert.NotNull(error.Recommendation);
    }
}
