using System.Net;
using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>How an answer's body is read: with little ahead of what comes, and whatever breaks on the way.</summary>
public sealed class BodyTests
{
    private const int Most = 64 * 1024;

    [Theory]
    [InlineData(typeof(InvalidDataException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(IOException))]
    public async Task A_body_that_cannot_be_read_is_a_broken_connection(Type failure)
    {
        await using TestClient test = new();
        Exception thrown = (Exception)Activator.CreateInstance(failure, "garbage that calls itself compressed")!;
        test.Server.Answer = (_, _) => Answer(new ScriptedBody(_ => throw thrown));
        RavatarApiException error = await Assert.ThrowsAsync<RavatarApiException>(() =>
            test.WithRetriesAsync(test.Client.GetConfigurationAsync())
        );
        Assert.Null(error.StatusCode);
        Assert.Equal("GET /connection", error.Endpoint);
        Assert.Equal(4, test.Server.Count("GET /connection")); // three retries
        Assert.DoesNotContain("garbage", error + test.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_not_be_repeated_is_not_though_its_body_cannot_be_read()
    {
        await using TestClient test = new();
        RavatarApi api = new(
            new HttpClient(HandlerChain.Build(new RavatarClientOptions { UserId = "u" }, test.Server, test.Logs, test.Time)),
            new ApiSettings(new Uri("https://chat.rvtr.ai"), 1000, test.Time),
            request => request.Headers.Authorization = new("Bearer", test.Server.Issue())
        );
        test.Server.Answer = (_, _) => Answer(new ScriptedBody(static _ => throw new InvalidDataException()));
        await Assert.ThrowsAsync<RavatarApiException>(() => api.EndLiveAsync("license-1", default));
        Assert.Equal(1, test.Server.Count("POST /endLiveSession"));
    }

    [Fact]
    public async Task An_announced_length_takes_no_memory_before_it_comes()
    {
        await using TestClient test = new(o => o.Retry.MaxRetries = 0);
        ScriptedBody body = new(static _ => throw new IOException());
        test.Server.Answer = (_, _) => Answer(body, announced: 16 * 1024 * 1024);
        await Assert.ThrowsAsync<RavatarApiException>(() => test.Client.GetConfigurationAsync());
        Assert.InRange(body.Offered.Max(), 1, Most);
    }

    [Theory]
    [InlineData(Most - 1, true)]
    [InlineData(Most, true)]
    [InlineData(Most + 1, true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_000, false)]
    [InlineData(4 * 1024 * 1024, true)]
    [InlineData(4 * 1024 * 1024, false)]
    public async Task A_long_body_is_read_whole_into_at_most_four_times_what_came(int length, bool announced)
    {
        await using TestClient test = new(o => o.MaxResponseBytes = 4 * 1024 * 1024);
        byte[] json = Encoding.UTF8.GetBytes(TestClient.ConfigurationJson.PadRight(length));
        int sent = 0;
        ScriptedBody body = new(buffer =>
        {
            int next = Math.Min(buffer.Length, json.Length - sent);
            json.AsSpan(sent, next).CopyTo(buffer.Span);
            sent += next;
            return next;
        });
        test.Server.Answer = (_, _) => Answer(body, announced ? length : null);
        Assert.Equal("session-1", (await test.Client.GetConfigurationAsync()).Session);
        Assert.Equal(json.Length, sent);
        int came = 0;
        foreach ((int offered, int given) in body.Offered.Zip(body.Given))
        {
            Assert.InRange(came + offered, 0, Math.Max(Most, 4 * came + 4));
            came += given;
        }
    }

    [Fact]
    public async Task Nothing_of_a_sign_in_is_left_in_the_buffer_it_came_in()
    {
        await using TestClient test = new();
        byte[] json = Encoding.UTF8.GetBytes($$"""{"result":"success","jwt":"{{test.Server.Issue()}}"}""");
        Memory<byte> first = default;
        bool sent = false;
        ScriptedBody body = new(buffer =>
        {
            if (sent)
            {
                return 0;
            }
            (sent, first) = (true, buffer);
            json.CopyTo(buffer);
            return json.Length;
        });
        test.Server.Jwt = (_, _) => Answer(body);
        // The next buffer of that size may be the very same one, with other things in it.
        test.Server.Answer = (_, _) =>
        {
            Assert.DoesNotContain("token-", Encoding.UTF8.GetString(first.Span), StringComparison.Ordinal);
            return Task.FromResult(ScriptedHandler.Json(TestClient.ConfigurationJson));
        };
        await test.Client.GetConfigurationAsync();
        Assert.Equal(1, test.Server.Count("GET /connection"));
    }

    private static Task<HttpResponseMessage> Answer(Stream body, int? announced = null)
    {
        StreamContent content = new(body);
        content.Headers.ContentLength = announced;
        return Task.FromResult<HttpResponseMessage>(new TrackedResponse(HttpStatusCode.OK) { Content = content });
    }

    /// <summary>A body that comes as a test wants; keeps how much it was asked for, and what it gave.</summary>
    private sealed class ScriptedBody(Func<Memory<byte>, int> read) : ReadOnlyStream
    {
        public List<int> Offered { get; } = [];

        public List<int> Given { get; } = [];

        public override int Read(byte[] buffer, int offset, int count) => Next(buffer.AsMemory(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Next(buffer));

        private int Next(Memory<byte> buffer)
        {
            Offered.Add(buffer.Length);
            int given = read(buffer);
            Given.Add(given);
            return given;
        }
    }
}
