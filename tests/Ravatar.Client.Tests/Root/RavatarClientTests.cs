using System.Net;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ravatar.Client.Tests;

public class RavatarClientTests
{
    [Theory]
    [InlineData("https://example.com/api", "https://example.com/api/connection")]
    [InlineData("https://example.com/api/", "https://example.com/api/connection")]
    [InlineData("http://127.0.0.1:81", "http://127.0.0.1:81/connection")]
    public async Task A_path_of_the_base_address_is_kept(string baseAddress, string expected)
    {
        await using TestClient test = new(o => o.BaseAddress = new Uri(baseAddress));
        await test.Client.GetConfigurationAsync();
        Assert.Equal(expected, test.Server.Seen[1].Uri.AbsoluteUri);
    }

    [Fact]
    public async Task Later_changes_of_the_options_have_no_effect()
    {
        RavatarClientOptions options = new() { UserId = "user-123" };
        using ScriptedHandler server = new();
        server.AnswerWith(TestClient.ConfigurationJson);
        using HttpClient http = new(server, disposeHandler: false);
        await using RavatarClient client = new(options, http);
        options.UserId = "other";
        options.BaseAddress = new Uri("https://elsewhere.example");
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.Equal("""{"user_id":"user-123"}""", server.Seen[0].Body);
        Assert.Equal("chat.rvtr.ai", server.Seen[0].Uri.Host);
    }

    [Fact]
    public async Task The_configuration_in_hand_is_the_latest_one()
    {
        await using TestClient test = new();
        Assert.Null(test.Client.ConfigurationInHand);
        ChatConfiguration first = await test.Client.GetConfigurationAsync();
        Assert.Same(first, test.Client.ConfigurationInHand);
        ChatConfiguration second = await test.Client.GetConfigurationAsync();
        Assert.Same(second, test.Client.ConfigurationInHand);
        Assert.Equal(2, test.Server.Count("GET /connection"));
    }

    [Fact]
    public async Task Left_out_entries_are_logged()
    {
        await using TestClient test = new();
        test.Server.AnswerWith("""{"session":"s","avatars_info":[{"name":"x"}]}""");
        await test.Client.GetConfigurationAsync();
        Assert.Contains("1", Assert.Single(test.Logs.WithId(204)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_history_is_asked_for_as_the_guide_says()
    {
        await using TestClient test = new();
        test.Server.AnswerWith("""{"payload":[{"_id":"1"}],"has_more_messages":true}""");
        HistoryPage page = await test.Client.GetHistoryPageAsync();
        Assert.Equal("https://chat.rvtr.ai/chat?user_id=user-123&per_page=100&page=1", test.Server.Seen[1].Uri.AbsoluteUri);
        Assert.Equal(1, page.Page);
        Assert.True(page.HasMore);
    }

    [Theory]
    [InlineData(0, 1, "page")]
    [InlineData(-1, 1, "page")]
    [InlineData(1, 0, "perPage")]
    public async Task Pages_that_cannot_be_are_refused_before_anything_is_sent(int page, int perPage, string argument)
    {
        await using TestClient test = new();
        ArgumentException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            test.Client.GetHistoryPageAsync(page, perPage)
        );
        Assert.Equal(argument, error.ParamName);
        Assert.Empty(test.Server.Seen);
    }

    [Fact]
    public async Task Ten_thousand_messages_come_once_each_while_others_arrive()
    {
        await using TestClient test = new();
        List<string> messages = [.. Enumerable.Range(0, 10_000).Select(i => $"m{i}")];
        int arrived = 0;
        test.Server.Answer = (seen, _) =>
        {
            int page = int.Parse(seen.Uri.Query.Split("page=")[2], null);
            lock (messages)
            {
                messages.Insert(0, $"new{arrived++}");
                string rows = string.Join(',', messages.Skip((page - 1) * 100).Take(100).Select(id => $$"""{"_id":"{{id}}"}"""));
                string more = messages.Count > page * 100 ? "true" : "false";
                return Task.FromResult(ScriptedHandler.Json($$"""{"payload":[{{rows}}],"has_more_messages":{{more}}}"""));
            }
        };
        List<string> ids = [];
        await foreach (HistoryMessage message in test.Client.GetHistoryAsync(TestContext.Current.CancellationToken))
        {
            ids.Add(message.Id);
        }
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(10_000, ids.Count(id => id[0] == 'm'));
        Assert.Equal(1, test.Server.Count("POST /jwt"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(86_401)]
    public async Task A_time_out_for_answers_that_cannot_be_is_named(double seconds)
    {
        await using TestClient test = new();
        ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            "options",
            () => test.Client.OpenChatAsync(new() { AnswerTimeout = TimeSpan.FromSeconds(seconds) }, TestContext.Current.CancellationToken)
        );
        Assert.StartsWith("AnswerTimeout: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(test.Server.Seen);
    }

    [Fact]
    public async Task Who_has_given_up_already_sends_nothing()
    {
        await using TestClient test = new();
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Client.GetConfigurationAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Client.GetHistoryPageAsync(cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (HistoryMessage _ in test.Client.GetHistoryAsync(cancelled)) { }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (HistoryMessage _ in test.Client.GetHistoryAsync().WithCancellation(cancelled)) { }
        });
        Assert.Empty(test.Server.Seen);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Who_gives_up_a_history_gets_his_own_token_back(bool asArgument, bool asEnumerators)
    {
        await using TestClient test = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Server.Answer = (_, token) =>
        {
            asked.TrySetResult();
            return ScriptedHandler.Silence(token);
        };
        using CancellationTokenSource caller = new();
        using CancellationTokenSource other = new();
        IAsyncEnumerable<HistoryMessage> history = test.Client.GetHistoryAsync(
            asArgument && asEnumerators ? other.Token
            : asArgument ? caller.Token
            : default
        );
        await using IAsyncEnumerator<HistoryMessage> reader = history.GetAsyncEnumerator(asEnumerators ? caller.Token : default);
        Task<bool> reading = reader.MoveNextAsync().AsTask();
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await caller.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task A_disposed_client_says_so()
    {
        TestClient test = new();
        await test.DisposeAsync();
        await test.DisposeAsync();
        test.Client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Client.GetConfigurationAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Client.GetHistoryPageAsync());
        Assert.Throws<ObjectDisposedException>(() => test.Client.GetHistoryAsync());
        Assert.Empty(test.Server.Seen);
        Assert.True(test.Server.Disposed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposal_ends_what_is_under_way(bool duringSignIn)
    {
        await using TestClient test = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<SeenRequest, CancellationToken, Task<HttpResponseMessage>> silence = (_, token) =>
        {
            asked.TrySetResult();
            return ScriptedHandler.Silence(token);
        };
        if (duringSignIn)
        {
            test.Server.Jwt = silence;
        }
        test.Server.Answer = silence;
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync();
        await asked.Task;
        await test.Client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        Assert.Empty(test.Time.Pending);
    }

    [Fact]
    public async Task An_own_http_client_is_used_and_left_as_it_was()
    {
        using ScriptedHandler server = new();
        server.AnswerWith(TestClient.ConfigurationJson);
        using HttpClient http = new(server, disposeHandler: false)
        {
            BaseAddress = new Uri("https://other.example"),
            Timeout = TimeSpan.FromSeconds(77),
        };
        http.DefaultRequestHeaders.Add("X-Mine", "1");
        RavatarClient client = new(new RavatarClientOptions { UserId = "user-123" }, http);
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        server.RevokeAll();
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        await client.DisposeAsync();
        Assert.Equal(
            ["POST /jwt", "GET /connection", "GET /connection", "POST /jwt", "GET /connection"],
            server.Seen.Select(r => r.Endpoint)
        );
        Assert.All(server.Seen, r => Assert.Equal("chat.rvtr.ai", r.Uri.Host));
        Assert.All(server.Seen, r => Assert.Contains("X-Mine: 1", r.Headers, StringComparison.Ordinal));
        Assert.False(server.Disposed);
        Assert.Equal(new Uri("https://other.example"), http.BaseAddress);
        Assert.Equal(TimeSpan.FromSeconds(77), http.Timeout);
        Assert.Equal(["X-Mine"], http.DefaultRequestHeaders.Select(h => h.Key));
        Assert.Null(http.DefaultRequestHeaders.Authorization);
        using HttpResponseMessage after = await http.GetAsync(
            new Uri("/still-works", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    [Fact]
    public async Task An_own_http_client_gets_the_same_retries()
    {
        ManualTimeProvider time = new();
        using ScriptedHandler server = new();
        server.AnswerInTurn(
            () => ScriptedHandler.Json("{}", HttpStatusCode.GatewayTimeout),
            () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        using HttpClient http = new(server, disposeHandler: false);
        await using RavatarClient client = new(new RavatarClientOptions { UserId = "user-123" }, http, timeProvider: time);
        Task<ChatConfiguration> call = client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        await time.AdvanceToTimerAsync(TimeSpan.Zero, TimeSpan.FromSeconds(29), TestContext.Current.CancellationToken);
        await call;
        Assert.Equal(2, server.Count("GET /connection"));
    }

    [Fact]
    public async Task A_transport_that_followed_a_redirect_elsewhere_is_not_believed()
    {
        await using TestClient test = new();
        test.Server.Answer = (_, _) =>
        {
            HttpResponseMessage response = ScriptedHandler.Json(TestClient.ConfigurationJson);
            response.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://evil.example/connection?secret");
            return Task.FromResult(response);
        };
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.Contains("https://evil.example", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_failure_is_left_unobserved()
    {
        List<Exception> unobserved = [];
        void Note(object? sender, UnobservedTaskExceptionEventArgs args) => unobserved.Add(args.Exception);
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await Task.Run(LeaveFailingFlightAsync);
            await Task.Yield(); // off the stack that still holds what it left
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            Assert.DoesNotContain(unobserved, e => e.ToString().Contains("left behind", StringComparison.Ordinal));
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    // A caller gives up; later the sign-in he started fails with nobody waiting.
    private static async Task LeaveFailingFlightAsync()
    {
        await using TestClient test = new();
        TaskCompletionSource<HttpResponseMessage> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Server.Jwt = (_, _) =>
        {
            asked.SetResult();
            return answer.Task;
        };
        using CancellationTokenSource caller = new();
        Task<ChatConfiguration> call = test.Client.GetConfigurationAsync(caller.Token);
        await asked.Task;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        answer.SetException(new InvalidOperationException("left behind"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => answer.Task);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_logger_that_throws_fails_no_call(bool factory)
    {
        using ScriptedHandler server = new();
        server.AnswerInTurn(
            static () => ScriptedHandler.Json("{}", HttpStatusCode.BadGateway),
            static () => ScriptedHandler.Json(TestClient.ConfigurationJson)
        );
        using HttpClient http = new(server, disposeHandler: false);
        RavatarClientOptions options = new() { Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };
        using ThrowingLogger logger = new();
        using RavatarClientFactory many = new(options, http, logger);
        options.UserId = "user-123";
        await using RavatarClient client = factory ? many.Create("user-123") : new RavatarClient(options, http, logger);
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        server.RevokeAll();
        await client.GetConfigurationAsync(TestContext.Current.CancellationToken);
        Assert.True(logger.Asked > 4);
    }

    private sealed class ThrowingLogger : ILoggerFactory, ILogger
    {
        private int _asked;

        public int Asked => _asked;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("The disk is full.");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            Interlocked.Increment(ref _asked);
            throw new InvalidOperationException("The disk is full.");
        }

        public void Dispose() { }
    }
}
