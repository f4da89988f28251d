using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Broken connections and late answers.</summary>
public sealed class FaultContractTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    public static TheoryData<string> Faults() =>
        ["connection-reset-by-peer", "empty-response", "malformed-response-chunk", "random-data-then-close"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_broken_connection_is_tried_again(string fault)
    {
        string @case = $"connection-{fault}-once";
        await using RavatarClient client = Client(@case);
        Assert.Equal("session-identifier", (await client.GetConfigurationAsync()).Session);
        await AssertCallsAsync(@case, "1 POST /jwt, 2 GET /connection");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_connection_that_breaks_at_sign_in_is_tried_again(string fault)
    {
        string @case = $"jwt-{fault}-once";
        await using RavatarClient client = Client(@case);
        await client.GetConfigurationAsync();
        await AssertCallsAsync(@case, "2 POST /jwt, 1 GET /connection");
    }

    // .NET's own transport repeats a GET three times by itself where the connection ends in good order before the first byte:
    // three attempts of ours are twelve requests then. A request with a body it never repeats.
    [Theory]
    [InlineData("connection-reset-by-peer", 3)]
    [InlineData("empty-response", 12)]
    [InlineData("malformed-response-chunk", 3)]
    [InlineData("random-data-then-close", 3)]
    public async Task A_connection_that_always_breaks_is_an_error_after_the_retries(string fault, int requests)
    {
        foreach (string endpoint in (string[])["connection", "chat"])
        {
            string @case = $"{endpoint}-{fault}";
            await using RavatarClient client = Client(@case);
            RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => CallAsync(client, @case));
            Assert.Null(error.StatusCode);
            Assert.Equal($"GET /{endpoint}", error.Endpoint);
            Assert.NotNull(error.Recommendation);
            Assert.IsType<HttpRequestException>(error.InnerException);
            await AssertCallsAsync(@case, $"1 POST /jwt, {requests} GET /{endpoint}");
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_sign_in_that_always_breaks_is_an_error_after_the_retries(string fault)
    {
        string @case = $"jwt-{fault}";
        await using RavatarClient client = Client(@case);
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => client.GetConfigurationAsync());
        Assert.Equal("POST /jwt", error.Endpoint);
        await AssertCallsAsync(@case, "3 POST /jwt");
    }

    [Fact]
    public async Task An_answer_in_pieces_is_read()
    {
        await using RavatarClient client = Client("chunked");
        Assert.Equal("session-identifier", (await client.GetConfigurationAsync()).Session);
    }

    // Real time: side by side, so that the test lasts one time-out and not four.
    [Fact]
    public async Task An_answer_that_is_not_complete_in_time_is_a_time_out_and_not_tried_again() =>
        await Task.WhenAll(
            ((string[])["connection-delayed", "chat-delayed", "chunked-too-slow", "jwt-delayed"]).Select(async @case =>
            {
                await using RavatarClient client = Client(@case, o => o.RequestTimeout = TimeSpan.FromSeconds(1.5));
                RavatarTimeoutException error = await Assert.ThrowsAsync<RavatarTimeoutException>(() => CallAsync(client, @case));
                Assert.Null(error.StatusCode);
                Assert.Contains("within 1.5 s", error.Message, StringComparison.Ordinal);
                Assert.NotNull(error.Recommendation);
            })
        );

    [Fact]
    public async Task A_caller_who_gives_up_gets_a_cancellation_of_its_own()
    {
        using CancellationTokenSource gaveUp = new();
        await using RavatarClient client = Client("connection-delayed");
        Task<ChatConfiguration> call = client.GetConfigurationAsync(gaveUp.Token);
        await gaveUp.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        Assert.Equal(gaveUp.Token, cancelled.CancellationToken);
    }
}
