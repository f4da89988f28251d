using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Traces and metrics. Alone, as both belong to the whole process.</summary>
[Collection<ModelCollection>]
public sealed class TelemetryTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _values = new();
    private readonly ActivityListener _activities;
    private readonly MeterListener _metrics = new();

    public TelemetryTests()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Ravatar.Client",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        _metrics.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Ravatar.Client")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<long>((i, v, tags, _) => _values.Enqueue((i.Name, v, Map(tags))));
        _metrics.SetMeasurementEventCallback<double>((i, v, tags, _) => _values.Enqueue((i.Name, v, Map(tags))));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _activities.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_conversation_with_an_outage_is_measured()
    {
        Listen();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        (double connected, double reconnects) = (Read("chat.channels", "connected"), Read("chat.reconnects"));
        (double recovered, double issued, double refreshes) = (
            Read("chat.messages.recovered"),
            Read("token.issued"),
            Read("token.refreshes")
        );
        await using (ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token))
        {
            Assert.Equal(connected + 1, Read("chat.channels", "connected"));
            await chat.AskAsync("one", Token);
            server.Tokens.RevokeAll();
            server.Chat.DropAt(1, FakeDropPoint.AfterRecording);
            Assert.True((await chat.AskAsync("two", Token)).IsRecovered);
            Assert.Equal(reconnects + 1, Read("chat.reconnects"));
            Assert.Equal(recovered + 1, Read("chat.messages.recovered"));
            Assert.Equal((issued + 2, refreshes + 1), (Read("token.issued"), Read("token.refreshes")));
            double live = Read("live.sessions");
            await using (await chat.StartLiveAsync(cancellationToken: Token))
            {
                Assert.Equal(live + 1, Read("live.sessions"));
            }
            Assert.Equal(live, Read("live.sessions"));
        }
        Assert.Equal(connected, Read("chat.channels", "connected"));
        Assert.Equal(2, Values("turn.duration").Count(static v => v.Tags["ravatar.question.kind"] is "text" && v.Value > 0));
        Assert.Equal([false, true], Spans("ask").Select(static s => s.GetTagItem("ravatar.answer.recovered")));
        Assert.Contains(Spans("connect chat"), static s => s.Status == ActivityStatusCode.Error);
        Assert.All(
            Spans("connect chat"),
            s =>
                Assert.Equal(
                    (server.BaseAddress.Host, server.BaseAddress.Port, "websocket"),
                    (s.GetTagItem("server.address"), s.GetTagItem("server.port"), s.GetTagItem("network.protocol.name"))
                )
        );
    }

    [Fact]
    public async Task A_call_is_one_span_and_one_duration_with_its_retries()
    {
        Listen();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await client.GetConfigurationAsync(Token);
        _values.Clear();
        _spans.Clear();
        server.Script.Connection.FailOnce(502);
        await client.GetConfigurationAsync(Token);
        Activity span = Assert.Single(_spans);
        Assert.Equal("GET /connection", span.DisplayName);
        (_, _, Dictionary<string, object?> tags) = Assert.Single(Values("request.duration"));
        Dictionary<string, object?> expected = new()
        {
            ["http.request.method"] = "GET",
            ["url.template"] = "/connection",
            ["server.address"] = "127.0.0.1",
            ["server.port"] = server.BaseAddress.Port,
            ["http.response.status_code"] = 200,
        };
        Assert.Equal(expected, tags);
        Assert.Equal(expected, span.TagObjects.ToDictionary());
    }

    [Fact]
    public async Task Each_attempt_tells_the_server_its_own_span()
    {
        ConcurrentQueue<Activity> attempts = new();
        using ActivityListener platform = new()
        {
            ShouldListenTo = static source => source.Name == "System.Net.Http",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = attempts.Enqueue,
        };
        ActivitySource.AddActivityListener(platform);
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        server.Script.Connection.FailOnce(502);
        server.Script.Connection.FailOnce(403);
        await client.GetConfigurationAsync(Token);
        string[] told =
        [
            .. server.Received.Requests.Where(static r => r.Path == "/connection").Select(static r => r.Headers["traceparent"]),
        ];
        Assert.Equal(3, told.Length);
        Assert.Equal(3, told.Intersect(attempts.Select(static a => a.Id)).Count());
    }

    [Fact]
    public async Task Failures_have_their_type()
    {
        Listen();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        await using ChatChannel chat = await client.OpenChatAsync(cancellationToken: Token);
        server.Script.Connection.AlwaysRespond(FakeResponse.Failure(402));
        await Assert.ThrowsAsync<RavatarPaymentRequiredException>(() => client.GetConfigurationAsync(Token));
        server.Chat.AnswerWith(static _ => null);
        await Assert.ThrowsAsync<RavatarTimeoutException>(() => chat.AskAsync("?", TimeSpan.FromMilliseconds(5), Token));
        Assert.Equal("402", Values("request.duration")[^1].Tags["error.type"]);
        Assert.Equal("Ravatar.Client.RavatarTimeoutException", Assert.Single(Values("turn.duration")).Tags["error.type"]);
        Assert.Equal(ActivityStatusCode.Error, Spans("ask").Single().Status);
    }

    [Fact]
    public async Task A_channel_that_was_given_up_while_it_opened_is_not_counted_any_more()
    {
        Listen();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        double before = Read("chat.channels", "connecting");
        Task<ChatChannel> opening;
        using (server.Script.Connection.Hold())
        {
            opening = client.OpenChatAsync(new() { AvatarId = "nobody" }, Token);
            await server.Received.WaitForSocketAsync(cancellationToken: Token);
            Assert.Equal(before + 1, Read("chat.channels", "connecting"));
        }
        await Assert.ThrowsAsync<ArgumentException>("options", () => opening);
        Assert.Equal(before, Read("chat.channels", "connecting"));
    }

    public static TheoryData<string> Counts =>
        ["sent", "received", "reconnects", "resent", "not_resent", "recovered", "duplicates", "audio.dropped"];

    [Theory]
    [MemberData(nameof(Counts))]
    public void What_a_channel_counts_is_in_its_statistics_and_in_the_metric(string count)
    {
        Listen();
        ChannelCounters counters = new();
        (Action act, Func<ChatStatistics, long> read, long expected) = count switch
        {
            "sent" => ((Action)counters.SentOnce, (Func<ChatStatistics, long>)(static s => s.Sent), 1L),
            "received" => (() => counters.ReceivedOnce(known: true), static s => s.Received, 1),
            "reconnects" => (counters.ReconnectedOnce, static s => s.Reconnects, 1),
            "resent" => (() => counters.Resent(3), static s => s.Resent, 3),
            "not_resent" => (() => counters.NotResent(3), static s => s.NotResent, 3),
            "recovered" => (counters.RecoveredOnce, static s => s.Recovered, 1),
            "duplicates" => (counters.DuplicateDropped, static s => s.DuplicatesDropped, 1),
            _ => (() => counters.AudioDropped(3), static s => s.AudioFramesDropped, 3),
        };
        string metric = count is "reconnects" or "audio.dropped" ? $"chat.{count}" : $"chat.messages.{count}";
        double before = Read(metric);
        act();
        Assert.Equal((expected, expected), (read(counters.Read(0)), Read(metric) - before));
    }

    [Fact]
    public void Events_that_readers_missed_are_counted_and_states_are_not()
    {
        Listen();
        double before = Read("chat.events.missed");
        Broadcast<ChatEvent> events = new(2, 1000, static _ => 1, static n => new EventsMissed(n), keepForFirst: false);
        Broadcast<string> states = new(2, 1000, static _ => 1, missedNote: null, keepForFirst: false);
        _ = (events.Subscribe(), states.Subscribe());
        for (int i = 0; i < 5; i++)
        {
            events.Publish(new EventsMissed(1));
            states.Publish("state");
        }
        Assert.Equal((3, 3), (events.Missed, Read("chat.events.missed") - before));
    }

    [Fact]
    public void Durations_are_in_seconds()
    {
        Listen();
        ManualTimeProvider time = new();
        RequestWatch request = new(new RequestInfo("GET /connection"), new ApiSettings(new Uri("https://chat.rvtr.ai"), 1, time));
        TurnWatch turn = new(isVoice: true, time);
        time.Advance(TimeSpan.FromSeconds(2.5));
        request.End(200);
        turn.Fail(new InvalidOperationException());
        Assert.Equal(2.5, Assert.Single(Values("request.duration")).Value);
        var measured = Assert.Single(Values("turn.duration"));
        Assert.Equal((2.5, "voice"), (measured.Value, measured.Tags["ravatar.question.kind"]));
        Assert.Equal("voice", Assert.Single(Spans("ask")).GetTagItem("ravatar.question.kind"));
    }

    [Theory]
    [InlineData("POST /jwt", 200, """{"result":"failure","error":"nope"}""", 200)]
    [InlineData("GET /connection", 302, "", 302)]
    [InlineData("GET /connection", 200, "<p>captive portal</p>", 200)]
    [InlineData("GET /connection", 200, """{"error":"nope"}""", 200)]
    [InlineData("GET /connection", 200, """{"status":503,"error":"busy"}""", 200)]
    [InlineData("GET /connection", 200, "", 200)]
    public async Task A_call_that_throws_is_a_failure_whatever_its_status(string endpoint, int status, string body, int told)
    {
        Listen();
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = Create(server);
        FakeEndpoint script = endpoint == "POST /jwt" ? server.Script.Jwt : server.Script.Connection;
        script.AlwaysRespond(FakeResponse.Text(status, "application/json", body).WithHeader("Location", "http://elsewhere.example/"));
        RavatarApiException error = await Assert.ThrowsAnyAsync<RavatarApiException>(() => client.GetConfigurationAsync(Token));
        Activity span = Assert.Single(Spans(endpoint));
        Dictionary<string, object?> tags = Assert
            .Single(
                Values("request.duration"),
                v => v.Tags["url.template"] is string template && endpoint.EndsWith(template, StringComparison.Ordinal)
            )
            .Tags;
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        foreach (Func<string, object?> tag in (Func<string, object?>[])[span.GetTagItem, tags.GetValueOrDefault])
        {
            Assert.Equal(error.GetType().FullName, tag("error.type"));
            Assert.Equal(told, tag("http.response.status_code"));
        }
    }

    [Fact]
    public void Nothing_is_allocated_while_nobody_listens()
    {
        ApiSettings settings = new(new Uri("https://chat.rvtr.ai"), 1, TimeProvider.System);
        RequestInfo info = new("GET /connection");
        ChannelCounters counters = new();
        Exception error = new InvalidOperationException();
        long before = 0;
        for (int i = 0; i < 1100; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            new RequestWatch(info, settings).End(200);
            new TurnWatch(isVoice: false, TimeProvider.System).Fail(error);
            counters.SentOnce();
            counters.ReceivedOnce(known: true);
            counters.AudioDropped(1);
            Telemetry.Channels.Enter(1);
            Telemetry.Channels.Leave(1);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_document_lists_the_metrics()
    {
        List<string> published = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (i, _) =>
            {
                if (i.Meter.Name == "Ravatar.Client")
                {
                    published.Add($"| `{i.Name}` | {Kind(i)} | {i.Unit} | {i.Description}");
                }
            },
        };
        Telemetry.TokensIssued.Add(0); // so that there is a meter
        listener.Start();
        string[] lines = File.ReadAllLines(Repository.Find("docs", "diagnostics.md"));
        Assert.True(published.Count > 10, "The metrics are not found any more.");
        Assert.All(published, p => Assert.Contains(lines, l => l.StartsWith(p, StringComparison.Ordinal)));
        Assert.Equal(published.Count, lines.Count(static l => l.StartsWith("| `ravatar.client.", StringComparison.Ordinal)));
    }

    private void Listen()
    {
        ActivitySource.AddActivityListener(_activities);
        _metrics.Start();
    }

    private double Read(string name, string? state = null)
    {
        _metrics.RecordObservableInstruments();
        return Values(name).Last(v => state is null || (v.Tags["ravatar.chat.state"] is string s && s == state)).Value;
    }

    private List<(string Name, double Value, Dictionary<string, object?> Tags)> Values(string name) =>
        [.. _values.Where(v => v.Name == "ravatar.client." + name)];

    private IEnumerable<Activity> Spans(string name) => _spans.Where(s => s.DisplayName == name);

    private static string Kind(Instrument instrument) =>
        instrument.GetType().Name.Split('`')[0].Replace("Observable", "", StringComparison.Ordinal);

    private static Dictionary<string, object?> Map(ReadOnlySpan<KeyValuePair<string, object?>> tags) => tags.ToArray().ToDictionary();

    private static RavatarClient Create(FakeRavatarServer server) =>
        new(
            new()
            {
                UserId = "user-123",
                BaseAddress = server.BaseAddress,
                Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) },
                Chat = { Reconnect = { BaseDelay = TimeSpan.FromMilliseconds(1) } },
            }
        );
}
