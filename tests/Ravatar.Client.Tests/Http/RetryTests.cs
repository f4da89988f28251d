using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace Ravatar.Client.Tests;

public class RetryTests
{
    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    public async Task A_read_is_repeated_after_gateway_errors(int status)
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(() => Status(status), () => Status(status), () => Status(status), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(4, test.Server.Count("GET /connection"));
        Assert.Equal(3, test.Logs.WithId(203).Count());
    }

    [Fact]
    public async Task A_read_is_repeated_after_a_failed_connection()
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(
            () => throw new HttpRequestException("connection reset"),
            () => new TrackedResponse(HttpStatusCode.OK) { Content = new BreakingContent() },
            Good
        );
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(3, test.Server.Count("GET /connection"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(402)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Other_refusals_are_not_repeated(int status)
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => Task.FromResult(Status(status));
        await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal(1, test.Server.Count("GET /connection"));
    }

    [Fact]
    public async Task Busy_is_repeated_where_the_option_says_so()
    {
        await using TestClient test = new(o => o.Retry.RetryBusy = true);
        test.Server.AnswerInTurn(() => Status(503), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(2, test.Server.Count("GET /connection"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Sign_in_is_repeated_after_server_errors(int status)
    {
        await using TestClient test = new();
        int asked = 0;
        test.Server.Jwt = (_, _) => Task.FromResult(++asked < 3 ? Status(status) : ScriptedHandler.TokenAnswer(test.Server.Issue()));
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(3, asked);
        Assert.Equal(
            Enumerable.Repeat("""{"user_id":"user-123","project_id":"proj-abc"}""", 3),
            test.Server.Seen.Where(r => r.Endpoint == "POST /jwt").Select(r => r.Body)
        );
        Assert.All(test.Server.Seen.Where(r => r.Endpoint == "POST /jwt"), r => Assert.Equal("application/json", r.ContentType));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Sign_in_is_not_repeated_after_a_refusal(int status)
    {
        await using TestClient test = new();
        test.Server.Jwt = (_, _) => Task.FromResult(Status(status));
        await Assert.ThrowsAnyAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal(["POST /jwt"], test.Server.Seen.Select(r => r.Endpoint));
    }

    [Fact]
    public async Task Delays_double_with_jitter_up_to_their_cap()
    {
        static async Task<IReadOnlyList<TimeSpan>> DelaysAsync(int seed)
        {
            Random random = new(seed);
            await using TestClient test = new(
                o =>
                {
                    o.Retry.MaxRetries = 8;
                    o.Retry.MaxDelay = TimeSpan.FromSeconds(20);
                },
                random.NextDouble
            );
            test.Server.Answer = (_, _) => Task.FromResult(Status(504));
            await Assert.ThrowsAsync<RavatarTimeoutException>(() => test.WithRetriesAsync(test.Client.GetConfigurationAsync()));
            return [.. test.Time.Requested.Where(t => t < TimeSpan.FromSeconds(30))];
        }

        IReadOnlyList<TimeSpan> first = await DelaysAsync(7);
        Assert.Equal(8, first.Count);
        Assert.Equal(first, await DelaysAsync(7));
        Assert.NotEqual(first, await DelaysAsync(8));
        Assert.All(first, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(20)));
        Assert.InRange(first[0], TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(2.5));
        Assert.True(first[7] > first[0] * 4, $"{first[7]} after {first[0]}");
    }

    [Fact]
    public async Task No_retries_means_one_attempt()
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        test.Server.Answer = (_, _) => Task.FromResult(Status(504));
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal(1, test.Server.Count("GET /connection"));
    }

    [Fact]
    public async Task Retry_after_in_seconds_is_the_delay()
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(() => Status(504, new RetryConditionHeaderValue(TimeSpan.FromSeconds(17))), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(TimeSpan.FromSeconds(17), test.Time.Elapsed);
    }

    [Fact]
    public async Task Retry_after_as_a_date_is_the_delay()
    {
        await using TestClient test = new();
        DateTimeOffset date = test.Time.GetUtcNow() + TimeSpan.FromSeconds(12);
        test.Server.AnswerInTurn(() => Status(502, new RetryConditionHeaderValue(date)), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.Equal(TimeSpan.FromSeconds(12), test.Time.Elapsed);
    }

    [Fact]
    public async Task Retry_after_in_the_past_does_not_make_a_hot_loop()
    {
        await using TestClient test = new();
        DateTimeOffset date = test.Time.GetUtcNow() - TimeSpan.FromHours(1);
        test.Server.AnswerInTurn(() => Status(502, new RetryConditionHeaderValue(date)), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.True(test.Time.Elapsed > TimeSpan.FromMilliseconds(100), $"{test.Time.Elapsed}");
    }

    [Fact]
    public async Task Retry_after_of_a_day_is_told_and_not_waited_for()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => Task.FromResult(Status(504, new RetryConditionHeaderValue(TimeSpan.FromHours(24))));
        RavatarTimeoutException error = await Assert.ThrowsAsync<RavatarTimeoutException>(() => test.Client.GetConfigurationAsync());
        Assert.Equal(TimeSpan.FromHours(24), error.RetryAfter);
        Assert.Equal(1, test.Server.Count("GET /connection"));
    }

    [Fact]
    public async Task Every_answer_that_is_not_the_last_is_disposed_and_the_last_one_too_when_it_was_read()
    {
        await using TestClient test = new();
        test.Server.AnswerInTurn(() => Status(504), () => Status(502), Good);
        await test.WithRetriesAsync(test.Client.GetConfigurationAsync());
        Assert.All(test.Server.Answered, r => Assert.True(r.IsDisposed, $"{r.StatusCode}"));
        Assert.Equal(4, test.Server.Answered.Count);
    }

    [Fact]
    public async Task A_caller_who_gives_up_during_a_delay_is_gone_at_once()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => Task.FromResult(Status(504));
        using CancellationTokenSource caller = new();
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync(caller.Token);
        await test.Time.WaitForTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29), TestContext.Current.CancellationToken);
        await caller.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Empty(test.Time.Pending);
    }

    private static HttpResponseMessage Good() => ScriptedHandler.Json(TestClient.ConfigurationJson);

    private static HttpResponseMessage Status(int status, RetryConditionHeaderValue? retryAfter = null)
    {
        HttpResponseMessage response = ScriptedHandler.Json("{}", (HttpStatusCode)status);
        response.Headers.RetryAfter = retryAfter;
        return response;
    }

    /// <summary>A body whose connection breaks in the middle.</summary>
    private sealed class BreakingContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new IOException("The response ended.");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
