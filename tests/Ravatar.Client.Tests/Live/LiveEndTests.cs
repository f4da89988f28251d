using System.Net;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What ends a session, and how its server is told.</summary>
[Collection<ModelCollection>]
public class LiveEndTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outage_shorter_than_the_limit_is_survived_and_a_longer_one_is_not()
    {
        ScriptedLive live = new();
        LiveSession session = await live.StartAsync(Token);
        live.Channel.Connected(false);
        await live.Time.WaitForTimerAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), Token);
        live.Time.Advance(TimeSpan.FromSeconds(59.9));
        live.Channel.Connected(true);
        live.Channel.Connected(false); // seen only after the one before
        await live.Time.WaitForTimerAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), Token);
        Assert.True(session.IsRunning);
        live.Time.Advance(TimeSpan.FromSeconds(60));
        LiveEnd end = await session.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal(LiveEndReason.ChannelLost, end.Reason);
        Assert.Contains("60 s", end.Message, StringComparison.Ordinal);
        Assert.Equal(["license-1"], live.Ends);
    }

    [Fact]
    public async Task The_limit_is_an_option()
    {
        ScriptedLive live = new(static o => o.MaxOutage = TimeSpan.FromSeconds(5));
        LiveSession session = await live.StartAsync(Token);
        live.Channel.Connected(false);
        await live.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), Token);
        Assert.Equal(LiveEndReason.ChannelLost, (await session.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token)).Reason);
    }

    [Fact]
    public async Task The_end_of_the_channel_ends_the_session()
    {
        ScriptedLive live = new();
        LiveSession session = await live.StartAsync(Token);
        live.Channel.Close();
        Assert.Equal(LiveEndReason.ChannelLost, (await session.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token)).Reason);
        Assert.Equal(["license-1"], live.Ends);
    }

    [Theory]
    [InlineData(LiveError.Expired, LiveEndReason.Expired)]
    [InlineData(LiveError.Busy, LiveEndReason.Busy)]
    [InlineData(LiveError.StreamError, LiveEndReason.StreamError)]
    public async Task A_stream_error_ends_it_and_tells_why(LiveError error, LiveEndReason reason)
    {
        ScriptedLive live = new();
        LiveSession session = await live.StartAsync(Token);
        live.Channel.Reported!(error, "the server's words");
        LiveEnd end = await session.Ended.WaitAsync(ManualTimeProvider.HangGuard, Token);
        Assert.Equal((reason, true), (end.Reason, end.EndedOnServer));
        Assert.Equal(error, end.Exception!.Reason);
        Assert.NotNull(end.Exception.Recommendation);
        Assert.Null(live.Channel.LicenseId);
        RavatarLiveException thrown = await Assert.ThrowsAsync<RavatarLiveException>(async () =>
            await session.SendPcmAsync(new byte[8192], Token)
        );
        Assert.Equal(error, thrown.Reason);
        List<RavatarLiveException> told = [];
        await foreach (RavatarLiveException e in session.ReadErrorsAsync(Token))
        {
            told.Add(e);
        }
        Assert.Equal([end.Exception], told);
    }

    [Fact]
    public async Task A_time_out_of_the_stream_is_told_and_survived()
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        live.Channel.Reported!(LiveError.Timeout, "Connection timeout");
        await foreach (RavatarLiveException e in session.ReadErrorsAsync(Token))
        {
            Assert.Equal(LiveError.Timeout, e.Reason);
            break;
        }
        Assert.True(session.IsRunning);
        Assert.True(await session.SendPcmAsync(new byte[8192], Token));
    }

    [Fact]
    public async Task Whoever_ends_it_first_and_however_often_the_server_is_told_once()
    {
        ScriptedLive live = new();
        LiveSession session = await live.StartAsync(Token);
        live.Channel.Reported!(LiveError.Expired, "Session expired");
        live.Channel.Close();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => session.EndAsync(Token))));
        await session.DisposeAsync();
        await live.Sessions.DisposeAsync();
        Assert.Equal(["license-1"], live.Ends);
        Assert.Equal(LiveEndReason.Expired, (await session.Ended).Reason);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Gone)]
    [InlineData(HttpStatusCode.BadRequest)]
    public async Task A_session_that_the_server_does_not_know_counts_as_ended(HttpStatusCode status)
    {
        ScriptedLive live = new()
        {
            OnEnd = (_, _) => throw new RavatarApiException("unknown") { StatusCode = status, Endpoint = "POST /endLiveSession" },
        };
        LiveSession session = await live.StartAsync(Token);
        Assert.True((await session.EndAsync(Token)).EndedOnServer);
        Assert.Single(live.Ends);
    }

    [Fact]
    public async Task A_server_that_fails_is_asked_again_until_it_has_heard()
    {
        int failures = 3;
        ScriptedLive live = new();
        live.OnEnd = (_, _) => failures-- > 0 ? throw new RavatarApiException("no answer") : Task.CompletedTask;
        LiveSession session = await live.StartAsync(Token);
        Task<LiveEnd> end = session.EndAsync(Token);
        foreach (double delay in (double[])[0.2, 0.4, 0.8])
        {
            TimeSpan expected = TimeSpan.FromSeconds(delay);
            await live.Time.AdvanceToTimerAsync(expected, expected, Token);
        }
        Assert.True((await end.WaitAsync(ManualTimeProvider.HangGuard, Token)).EndedOnServer);
        Assert.Equal(4, live.Ends.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_never_hears_costs_eight_seconds_and_is_told_of(bool hangs)
    {
        ScriptedLive live = new();
        live.OnEnd = hangs
            ? static (_, _) => new TaskCompletionSource().Task // not even cancellation gets through
            : static (_, _) => throw new RavatarApiException("no answer");
        LiveSession session = await live.StartAsync(Token);
        TimeSpan began = live.Time.Elapsed;
        Task<LiveEnd> end = session.EndAsync(Token);
        await live.Time.AdvanceUntilAsync(end, TimeSpan.FromSeconds(8));
        Assert.False((await end).EndedOnServer);
        Assert.InRange(live.Time.Elapsed - began, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(8.1));
        Assert.Contains("could not be ended on the server", live.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_not_repeated()
    {
        ScriptedLive live = new() { OnEnd = static (_, _) => throw new RavatarPaymentRequiredException("402") };
        LiveSession session = await live.StartAsync(Token);
        Assert.False((await session.EndAsync(Token)).EndedOnServer);
        Assert.Single(live.Ends);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8190)]
    [InlineData(8194)]
    public async Task A_frame_has_4096_samples(int bytes)
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(async () => await session.SendPcmAsync(new byte[bytes], Token));
        Assert.Equal("frame", e.ParamName);
        Assert.Empty(live.Channel.Frames);
    }

    [Fact]
    public async Task Frames_sent_and_dropped_are_counted()
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        int n = 0;
        live.Channel.OnSend = () => new ValueTask<bool>(++n % 3 == 0 ? Task.FromResult(false) : Task.FromResult(true));
        for (int i = 0; i < 9; i++)
        {
            await session.SendPcmAsync(new byte[8192], Token);
        }
        Assert.Equal(new LiveStatistics(6, 3), session.GetStatistics());
    }

    [Fact]
    public async Task A_source_whose_cancellation_fails_or_hangs_does_not_keep_the_session_from_ending()
    {
        foreach (bool hangs in (bool[])[false, true])
        {
            ScriptedLive live = new();
            LiveSession session = await live.StartAsync(Token);
            using ManualResetEventSlim release = new();
            StubbornSource source = new(() =>
            {
                if (hangs)
                {
                    release.Wait(Token);
                }
                throw new InvalidOperationException("the device is gone");
            });
            Task streaming = session.StreamAsync(source, cancellationToken: Token);
            await source.Reading.WaitAsync(ManualTimeProvider.HangGuard, Token);
            Assert.True((await session.EndAsync(Token).WaitAsync(ManualTimeProvider.HangGuard, Token)).EndedOnServer);
            Assert.Equal(["license-1"], live.Ends);
            release.Set();
            await streaming.WaitAsync(ManualTimeProvider.HangGuard, Token);
            await using LiveSession next = await live.StartAsync(Token);
        }
    }

    [Fact]
    public async Task A_failing_sign_in_says_nothing_about_the_session()
    {
        ScriptedLive live = new()
        {
            OnEnd = static (_, _) => throw new RavatarApiException("no") { StatusCode = HttpStatusCode.NotFound, Endpoint = "POST /jwt" },
        };
        LiveSession session = await live.StartAsync(Token);
        Assert.False((await session.EndAsync(Token)).EndedOnServer);
    }

    [Fact]
    public async Task A_source_at_a_time_is_streamed()
    {
        ScriptedLive live = new();
        await using LiveSession session = await live.StartAsync(Token);
        StubbornSource source = new(static () => { });
        Task streaming = session.StreamAsync(source, cancellationToken: Token);
        await source.Reading.WaitAsync(ManualTimeProvider.HangGuard, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.StreamAsync(source, cancellationToken: Token));
        await session.EndAsync(Token);
        await streaming.WaitAsync(ManualTimeProvider.HangGuard, Token);
    }

    /// <summary>A microphone that gives nothing, and does something of its own when its reading is cancelled.</summary>
    private sealed class StubbornSource(Action cancelled) : IAudioSource
    {
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reading => _reading.Task;

        public AudioFormat Format => AudioFormat.Voice;

        public ValueTask StartAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask StopAsync(CancellationToken cancellationToken = default) => default;

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            TaskCompletionSource<int> never = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration ends = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
            using CancellationTokenRegistration own = cancellationToken.Register(cancelled);
            _reading.TrySetResult();
            return await never.Task;
        }

        public void DiscardBuffered() { }

        public ValueTask DisposeAsync() => default;
    }
}
