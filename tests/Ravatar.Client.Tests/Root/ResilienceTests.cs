using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The client in an application that has a resilience handler for all its HTTP clients: it runs inside the SDK's own handlers.</summary>
public sealed class ResilienceTests : IDisposable
{
    private readonly ScriptedHandler _server = new();
    private readonly CollectingLogger _logs = new();
    private readonly ManualTimeProvider _time = new();

    public ResilienceTests() => _server.AnswerWith(TestClient.ConfigurationJson);

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(503, typeof(RavatarLiveException), "busy")]
    [InlineData(504, typeof(RavatarLiveException), "504")]
    [InlineData(502, typeof(RavatarApiException), "502")]
    [InlineData(0, typeof(RavatarApiException), "no complete answer came")]
    public async Task A_start_of_live_mode_goes_out_once_whatever_repeats_it(int status, Type type, string words)
    {
        _server.Answer = (_, _) =>
            status == 0
                ? throw new HttpRequestException("connection reset")
                : Task.FromResult(ScriptedHandler.Json("{}", (HttpStatusCode)status));
        await using ServiceProvider provider = Provider(static () => new Repeating());
        Exception error = await Assert.ThrowsAnyAsync<RavatarException>(() => Api(provider).StartLiveAsync("avatar-1", null, null, Token));
        Assert.Equal(type, error.GetType());
        Assert.Contains(words, error.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, _server.Count("POST /startLiveSession"));
    }

    [Fact]
    public async Task Nor_does_it_where_the_handler_does_not_wait_for_the_first_one()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = (_, token) =>
        {
            asked.TrySetResult();
            return ScriptedHandler.Silence(token);
        };
        await using ServiceProvider provider = Provider(() => new Impatient(asked.Task));
        RavatarLiveException error = await Assert.ThrowsAsync<RavatarLiveException>(() =>
            Api(provider).StartLiveAsync("avatar-1", null, null, Token).WaitAsync(ManualTimeProvider.HangGuard, Token)
        );
        Assert.Equal(LiveError.Timeout, error.Reason);
        Assert.Contains("not known", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _server.Count("POST /startLiveSession"));
    }

    [Fact]
    public async Task A_second_copy_beside_the_first_one_leaves_the_first_one_s_answer_to_be_the_start()
    {
        Hedging handler = new();
        await using ServiceProvider provider = Provider(() => handler);
        (Task<LiveAnswer> start, TaskCompletionSource<HttpResponseMessage> answer) = await StartTwiceAsync(provider, handler);
        answer.SetResult(ScriptedHandler.Json("""{"status":200,"LicenseId":"license-1","streamingUrl":"https://stream.example/"}"""));
        Assert.Equal("license-1", (await start.WaitAsync(ManualTimeProvider.HangGuard, Token)).LicenseId);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            handler.Other!.WaitAsync(ManualTimeProvider.HangGuard, CancellationToken.None)
        );
        Assert.Equal(1, _server.Count("POST /startLiveSession"));
    }

    [Fact]
    public async Task A_second_copy_beside_the_first_one_fails_as_that_does()
    {
        Hedging handler = new();
        await using ServiceProvider provider = Provider(() => handler);
        (Task<LiveAnswer> start, TaskCompletionSource<HttpResponseMessage> answer) = await StartTwiceAsync(provider, handler);
        answer.SetResult(ScriptedHandler.Json("{}", HttpStatusCode.ServiceUnavailable));
        RavatarLiveException error = await Assert.ThrowsAsync<RavatarLiveException>(() =>
            start.WaitAsync(ManualTimeProvider.HangGuard, Token)
        );
        Assert.Equal(LiveError.Busy, error.Reason);
        Assert.Equal(1, _server.Count("POST /startLiveSession"));
    }

    [Fact]
    public async Task Each_start_goes_out_once()
    {
        _server.AnswerWith("""{"status":200,"LicenseId":"license-1","streamingUrl":"https://stream.example/"}""");
        await using ServiceProvider provider = Provider(static () => new Repeating());
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("license-1", (await Api(provider).StartLiveAsync("avatar-1", null, null, Token)).LicenseId);
        }
        Assert.Equal(2, _server.Count("POST /startLiveSession"));
    }

    [Fact]
    public async Task What_may_be_repeated_may_be_repeated_by_others_too()
    {
        _server.AnswerInTurn(
            static () => ScriptedHandler.Json("{}", HttpStatusCode.ServiceUnavailable),
            static () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        await using ServiceProvider provider = Provider(static () => new Repeating());
        Assert.Equal("session-1", (await provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(Token)).Session);
    }

    [Fact]
    public async Task A_time_out_of_others_is_a_time_out()
    {
        await using ServiceProvider provider = Provider(static () => new Throwing(new TimeoutRejectedException("quoting token-1")));
        RavatarTimeoutException error = await Assert.ThrowsAsync<RavatarTimeoutException>(() =>
            provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(Token)
        );
        Assert.Equal("POST /jwt", error.Endpoint);
        Assert.DoesNotContain("quoting", error + _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_do_not_send_is_no_answer()
    {
        await using ServiceProvider provider = Provider(
            static () => new Throwing(new BrokenCircuitException("quoting token-1")),
            retries: 0
        );
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() =>
            provider.GetRequiredService<RavatarClient>().GetConfigurationAsync(Token)
        );
        Assert.Null(error.StatusCode);
        Assert.Contains("BrokenCircuitException", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("quoting", error + _logs.Text, StringComparison.Ordinal);
    }

    /// <summary>A start of which two copies are under way, and what the server will answer to the one that went out.</summary>
    private async Task<(Task<LiveAnswer> Start, TaskCompletionSource<HttpResponseMessage> Answer)> StartTwiceAsync(
        ServiceProvider provider,
        Hedging handler
    )
    {
        TaskCompletionSource<HttpResponseMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Answer = (_, token) => answer.Task.WaitAsync(token);
        Task<LiveAnswer> start = Api(provider).StartLiveAsync("avatar-1", null, null, Token);
        await Task.WhenAny(handler.SentBoth.Task, start).WaitAsync(ManualTimeProvider.HangGuard, Token);
        return (start, answer);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The container's HTTP client with all its handlers, and a token that is good.</summary>
    private RavatarApi Api(ServiceProvider provider) =>
        new(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("Ravatar.Client"),
            new ApiSettings(new Uri("https://chat.rvtr.ai"), 1024 * 1024, _time),
            request => request.Headers.Authorization = new("Bearer", _server.Issue())
        );

    private ServiceProvider Provider(Func<DelegatingHandler> handler, int retries = 3)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        services.ConfigureHttpClientDefaults(b => b.AddHttpMessageHandler(handler));
        services
            .AddRavatarClient(o => (o.UserId, o.Retry.MaxRetries) = ("user-123", retries))
            .ConfigurePrimaryHttpMessageHandler(() => _server);
        return services.BuildServiceProvider();
    }

    /// <summary>Sends the same request up to four times, as resilience handlers do after server errors and failed connections.</summary>
    private sealed class Repeating : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (int left = 3; ; left--)
            {
                try
                {
                    HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
                    if ((int)response.StatusCode < 500 || left == 0)
                    {
                        return response;
                    }
                    response.Dispose();
                }
                catch (HttpRequestException) when (left > 0)
                {
                    // again
                }
            }
        }
    }

    /// <summary>Gives the first attempt up when it has been sent, and sends another.</summary>
    private sealed class Impatient(Task sent) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using CancellationTokenSource attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<HttpResponseMessage> first = base.SendAsync(request, attempt.Token);
            await sent.WaitAsync(cancellationToken);
            await attempt.CancelAsync();
            await Task.WhenAny(first);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Sends two copies, and takes the outcome of the one that ends first; the other one is cancelled.</summary>
    private sealed class Hedging : DelegatingHandler
    {
        public TaskCompletionSource SentBoth { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<HttpResponseMessage>? Other { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using CancellationTokenSource attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<HttpResponseMessage> first = base.SendAsync(request, attempts.Token);
            HttpRequestMessage copy = await RequestClone.CreateAsync(request, cancellationToken);
            Task<HttpResponseMessage> second = base.SendAsync(copy, attempts.Token);
            SentBoth.SetResult();
            Task<HttpResponseMessage> winner = await Task.WhenAny(first, second);
            Other = winner == first ? second : first;
            await attempts.CancelAsync();
            return await winner;
        }
    }

    private sealed class Throwing(Exception exception) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw exception;
    }
}
