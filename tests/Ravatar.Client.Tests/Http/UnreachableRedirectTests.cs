using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>A transport that follows redirects, as a caller's own may, and fails behind one: the address is the server's choice, not the API's.</summary>
public sealed class UnreachableRedirectTests : IDisposable
{
    private readonly ScriptedHandler _server = new();
    private readonly CollectingLogger _logs = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_told_as_the_redirect_that_it_is_and_not_asked_again(bool inContainer)
    {
        using Following transport = new(_server, static token => new Uri($"https://{token}.evil.example/path?secret=1"));
        RavatarApiException error = await FailureAsync(transport, inContainer, retries: 3);
        Assert.Equal(1, transport.Followed);
        Assert.Contains("redirects to https://[token].evil.example,", error.Message, StringComparison.Ordinal);
        Assert.Null(error.StatusCode);
        Assert.DoesNotContain("token-1", error + _logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error + _logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_the_same_server_it_is_no_answer_of_the_address_that_was_asked(bool inContainer)
    {
        using Following transport = new(_server, static token => new Uri($"https://chat.rvtr.ai/{token}"));
        RavatarApiException error = await FailureAsync(transport, inContainer, retries: 0);
        Assert.Contains("no complete answer came", error.Message, StringComparison.Ordinal);
        Assert.Contains("(chat.rvtr.ai:443)", error.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<RavatarApiException> FailureAsync(Following transport, bool inContainer, int retries)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        services
            .AddRavatarClient(o => (o.UserId, o.Retry.MaxRetries) = ("user-123", retries))
            .ConfigurePrimaryHttpMessageHandler(() => transport);
        await using ServiceProvider provider = services.BuildServiceProvider();
        RavatarClientOptions options = new() { UserId = "user-123" };
        options.Retry.MaxRetries = retries;
        using HttpClient http = new(transport, disposeHandler: false);
        await using RavatarClient byHand = new(options, http, provider.GetRequiredService<ILoggerFactory>(), _time);
        RavatarClient client = inContainer ? provider.GetRequiredService<RavatarClient>() : byHand;
        return await Assert.ThrowsAnyAsync<RavatarApiException>(() =>
            client.GetConfigurationAsync(Token).WaitAsync(ManualTimeProvider.HangGuard, Token)
        );
    }

    /// <summary>Is sent elsewhere with all but the sign-in, and finds nobody there.</summary>
    private sealed class Following(ScriptedHandler server, Func<string?, Uri> target) : DelegatingHandler(server)
    {
        private int _followed;

        public int Followed => Volatile.Read(ref _followed);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/jwt")
            {
                return base.SendAsync(request, cancellationToken);
            }
            Interlocked.Increment(ref _followed);
            request.RequestUri = target(request.Headers.Authorization?.Parameter);
            request.Headers.Authorization = null;
            throw new HttpRequestException($"Name or service not known ({request.RequestUri.Host}:443)");
        }
    }
}
