using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

public class AttemptTests
{
    [Fact]
    public async Task A_request_without_an_answer_ends_with_its_time_out_and_is_not_repeated()
    {
        await using TestClient test = new(o => o.RequestTimeout = TimeSpan.FromSeconds(7));
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Server.Answer = (_, token) =>
        {
            asked.TrySetResult(); // sign-in is over, and its time-out with it
            return ScriptedHandler.Silence(token);
        };
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync();
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await test.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(7), cancellationToken: TestContext.Current.CancellationToken);
        RavatarTimeoutException error = await Assert.ThrowsAsync<RavatarTimeoutException>(() => call);
        Assert.Null(error.StatusCode);
        Assert.Equal("GET /connection", error.Endpoint);
        Assert.Contains("7 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, test.Server.Count("GET /connection"));
        Assert.Empty(test.Time.Pending);
    }

    [Fact]
    public async Task The_time_out_covers_the_body()
    {
        await using TestClient test = new();
        StuckStream body = new();
        test.Server.Answer = (_, _) =>
            Task.FromResult<HttpResponseMessage>(new TrackedResponse(HttpStatusCode.OK) { Content = new StreamContent(body) });
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync();
        await body.IsRead.WaitAsync(TestContext.Current.CancellationToken);
        await test.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(30), cancellationToken: TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => call);
        Assert.True(test.Server.Answered[^1].IsDisposed);
    }

    [Fact]
    public async Task Each_attempt_has_the_whole_time_out()
    {
        await using TestClient test = new(o => o.RequestTimeout = TimeSpan.FromSeconds(300));
        TimeSpan slow = TimeSpan.FromSeconds(200);
        int attempt = 0;
        test.Server.Answer = async (_, token) =>
        {
            bool first = ++attempt == 1;
            await Task.Delay(slow, test.Time, token);
            return first ? ScriptedHandler.Json("{}", HttpStatusCode.GatewayTimeout) : ScriptedHandler.Json(TestClient.ConfigurationJson);
        };
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync();
        await test.Time.AdvanceToTimerAsync(slow, slow);
        await test.Time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29)); // the retry's delay
        await test.Time.AdvanceToTimerAsync(slow, slow);
        Assert.Equal("session-1", (await call).Session);
        Assert.True(test.Time.Elapsed > TimeSpan.FromSeconds(400));
    }

    [Fact]
    public async Task The_time_out_of_a_callers_own_transport_is_a_time_out_too()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) => throw new TaskCanceledException("timed out", new TimeoutException());
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => test.Client.GetConfigurationAsync());
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_his_own_token_back()
    {
        await using TestClient test = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Server.Answer = (_, token) =>
        {
            asked.SetResult();
            return ScriptedHandler.Silence(token);
        };
        using CancellationTokenSource caller = new();
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync(caller.Token);
        await asked.Task;
        await caller.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Empty(test.Time.Pending);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_over_the_limit_is_an_error_and_not_read_to_its_end(bool announced)
    {
        await using TestClient test = new(o => o.MaxResponseBytes = 100_000);
        EndlessStream endless = new();
        test.Server.Answer = (_, _) =>
        {
            StreamContent content = new(endless);
            content.Headers.ContentLength = announced ? 10_000_000_000 : null;
            return Task.FromResult<HttpResponseMessage>(new TrackedResponse(HttpStatusCode.OK) { Content = content });
        };
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Contains("100000", error.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Given, 0, announced ? 0 : 400_000);
        Assert.True(test.Server.Answered[^1].IsDisposed);
        Assert.Equal(1, test.Server.Count("GET /connection"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_answer_of_just_the_limit_is_read(int over)
    {
        await using TestClient test = new(o => o.MaxResponseBytes = TestClient.ConfigurationJson.Length - over);
        // Sign-in's answer is shorter.
        if (over == 0)
        {
            await test.Client.GetConfigurationAsync();
        }
        else
        {
            await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        }
    }

    [Fact]
    public async Task What_happens_is_logged_with_its_endpoint_and_bodies_in_their_own_category()
    {
        await using TestClient test = new();
        await test.Client.GetConfigurationAsync();
        Assert.Contains(test.Logs.WithId(201), e => e.Message.StartsWith("GET /connection: HTTP 200", StringComparison.Ordinal));
        LogEntry[] payloads = [.. test.Logs.Entries.Where(e => e.Category == "Ravatar.Client.Payload")];
        Assert.All(payloads, e => Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Trace, e.Level));
        Assert.Contains(payloads, e => e.Message.Contains("session-1", StringComparison.Ordinal));
        Assert.DoesNotContain(
            test.Logs.Entries.Except(payloads),
            e => e.Message.Contains("session-1", StringComparison.Ordinal) || e.Message.Contains("user-123", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("token-1", test.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_sent_is_cut_and_masked_in_the_log()
    {
        await using TestClient test = new();
        test.Server.AnswerWith("{}");
        RavatarApi api = new(
            new HttpClient(HandlerChain.Build(new RavatarClientOptions { UserId = "u" }, test.Server, test.Logs, test.Time)),
            new ApiSettings(new Uri("https://chat.rvtr.ai"), 1000, test.Time),
            request => request.Headers.Authorization = new("Bearer", test.Server.Issue())
        );
        await api.EndLiveAsync("token-1" + new string('x', 20_000), default);
        string body = Assert.Single(test.Logs.WithId(210)).Message;
        Assert.Contains("{\"LicenseId\":\"[token]xxx", body, StringComparison.Ordinal);
        Assert.InRange(body.Length, 8192, 8300);
    }

    private sealed class StuckStream : EndlessStream
    {
        private readonly TaskCompletionSource _isRead = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when somebody waits for its first byte.</summary>
        public Task IsRead => _isRead.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _isRead.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    private class EndlessStream : ReadOnlyStream
    {
        public long Given { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return new ValueTask<int>(buffer.Length);
        }
    }
}
