using Microsoft.Playwright;
using Ravatar.Client.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample in a browser: each error as people read it, and the way out of it.</summary>
[Collection<BrowserCollection>]
public class WebErrorTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_issue_is_a_prompt_and_can_be_tried_again()
    {
        await using WebApp app = await WebApp.StartAsync(chromium, static server => server.Script.Connection.FailAlways(402));
        await app.Page.GotoAsync(app.Address.AbsoluteUri);
        ILocator dialog = app.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Payment required");
        await Expect(dialog).ToContainTextAsync("Check its balance and payment status in the RAVATAR dashboard");
        await app.ShootAsync("payment");
        await app.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        ILocator notice = Notice(app, "payment");
        await notice.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        app.Server.Script.Reset();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(notice).ToHaveCountAsync(0);
        await Expect(app.Page.Locator("#state")).ToHaveTextAsync("Connected");
        app.AssertWell();
    }

    [Fact]
    public async Task A_payment_issue_of_live_mode_is_the_same_prompt()
    {
        await using WebApp app = await OpenAsync(static server => server.Script.StartLive.FailOnce(402));
        await app.Page.ClickAsync("#live-start");
        ILocator dialog = app.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Payment required");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        app.AssertWell();
    }

    [Fact]
    public async Task When_all_are_busy_the_page_says_so_and_offers_to_try_again()
    {
        await using WebApp app = await OpenAsync(static server => server.Live.Slots = 0);
        await app.Page.ClickAsync("#live-start");
        ILocator notice = Notice(app, "busy");
        await Expect(notice).ToContainTextAsync("All AI assistants are busy at the moment Please try again later.");
        await Expect(app.Page.Locator("#live-start")).ToBeEnabledAsync();
        await app.ShootAsync("busy");
        app.Server.Live.Slots = 1;
        await notice.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        await Expect(notice).ToHaveCountAsync(0);
        app.AssertWell();
    }

    [Theory]
    [InlineData(FakeStreamError.Expired, "expired", "Session expired")]
    [InlineData(FakeStreamError.Generic, "stream", "Something went wrong")]
    [InlineData(FakeStreamError.Busy, "busy", "All AI assistants are busy at the moment")]
    public async Task A_stream_that_ends_is_told_and_a_new_session_offered(FakeStreamError error, string code, string title)
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        await app.Server.Live.FailAsync(app.Server.Live.Running[0], error, Cancel);
        await Expect(Notice(app, code)).ToContainTextAsync(title);
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(0);
        await Expect(app.Page.Locator("#log .aside")).ToHaveCountAsync(0);
        await app.ShootAsync(code == "busy" ? "stream-busy" : code);
        await Notice(app, code).GetByRole(AriaRole.Button, new() { Name = "Start a new session" }).ClickAsync();
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        Assert.Equal(2, app.Server.Live.All.Count);
        app.AssertWell();
    }

    [Fact]
    public async Task A_stream_that_timed_out_is_loaded_again_in_the_same_session()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.FrameLocator("#screen iframe").Locator("#token")).ToHaveTextAsync("token received");
        FakeLiveSession session = app.Server.Live.Running[0];
        await app.Server.Live.FailAsync(session, FakeStreamError.Timeout, Cancel);
        await Expect(Notice(app, "timeout")).ToContainTextAsync("Connection timeout");
        await app.ShootAsync("timeout");
        await Notice(app, "timeout").GetByRole(AriaRole.Button, new() { Name = "Reload the stream" }).ClickAsync();
        await app.Server.Received.WaitForAsync(_ => session.PageReads == 2, Cancel);
        await Expect(Notice(app, "timeout")).ToHaveCountAsync(0);
        Assert.Single(app.Server.Live.All);
        app.AssertWell();
    }

    [Theory]
    [InlineData("NotAllowedError", "permission_denied", "Microphone access was denied")]
    [InlineData("NotReadableError", "media_in_use", "Microphone in use")]
    [InlineData("AbortError", "media_aborted", "The recording was interrupted")]
    public async Task A_microphone_that_cannot_be_had_is_told(string error, string code, string title)
    {
        await using WebApp app = await WebApp.StartAsync(chromium);
        await app.Page.AddInitScriptAsync(
            $$"""
            window.microphone = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{{error}}'));
            """
        );
        await app.OpenAsync();
        await app.Page.ClickAsync("#talk");
        ILocator told = code == "permission_denied" ? app.Page.GetByRole(AriaRole.Dialog) : Notice(app, code);
        await Expect(told).ToContainTextAsync(title);
        await Expect(app.Page.Locator("#talk")).ToHaveTextAsync("Hold to talk");
        await app.ShootAsync(code);
        await app.Page.EvaluateAsync("() => { navigator.mediaDevices.getUserMedia = window.microphone; }");
        await told.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync("The microphone is ready.");
        app.AssertWell();
    }

    [Fact]
    public async Task Without_a_microphone_the_page_says_so()
    {
        await using WebApp app = await WebApp.StartAsync(chromium, microphone: FakeMicrophone.None);
        await app.OpenAsync();
        await app.Page.ClickAsync("#talk");
        await Expect(Notice(app, "no_specified_media_found")).ToContainTextAsync("No microphone found");
        await app.ShootAsync("no_specified_media_found");
        app.AssertWell();
    }

    [Fact]
    public async Task Constraints_that_the_microphone_does_not_meet_give_way_to_the_defaults()
    {
        await using WebApp app = await WebApp.StartAsync(chromium);
        await app.Page.AddInitScriptAsync(
            """
            const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = wanted =>
              wanted.audio === true ? open(wanted) : Promise.reject(new DOMException('', 'OverconstrainedError'));
            """
        );
        await app.OpenAsync();
        await app.Page.ClickAsync("#talk", new() { Delay = 800 });
        await app.Server.Received.WaitForMessagesAsync(1, Cancel);
        app.AssertWell();
    }

    [Fact]
    public async Task A_question_without_an_answer_is_told()
    {
        await using WebApp app = await OpenAsync(static server =>
        {
            server.Configuration.MessageTimeoutSeconds = 0.3;
            server.Chat.AnswerWith(static _ => null);
        });
        await app.AskAsync("Anybody there?");
        await Expect(Notice(app, "no-answer")).ToContainTextAsync("No answer in time");
        await Expect(app.Page.Locator("#thinking")).ToBeHiddenAsync();
        await app.ShootAsync("no-answer");
        app.AssertWell();
    }

    [Fact]
    public async Task A_refused_sign_in_is_told()
    {
        await using WebApp app = await WebApp.StartAsync(chromium, static server => server.Script.Jwt.FailAlways(401));
        await app.Page.GotoAsync(app.Address.AbsoluteUri);
        await Expect(Notice(app, "sign-in")).ToContainTextAsync("Sign-in was refused");
        await Expect(app.Page.Locator("#text")).ToBeDisabledAsync();
        await app.ShootAsync("sign-in");
        app.Server.Script.Reset();
        await Notice(app, "sign-in").GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(app.Page.Locator("#state")).ToHaveTextAsync("Connected");
        app.AssertWell();
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_what_was_missed_is_shown_after_it()
    {
        await using WebApp app = await OpenAsync();
        await app.AskAsync("one");
        await Expect(app.Page.Locator("#log .theirs").Nth(1)).ToContainTextAsync("You said: one");
        app.Server.Script.Socket.FailTimes(2, 502);
        app.Server.Chat.DropAt(1, FakeDropPoint.AfterRecording);
        await app.AskAsync("two");
        await Expect(app.Page.Locator("#state")).ToContainTextAsync("Reconnecting");
        await app.ShootAsync("reconnecting");
        await Expect(app.Page.Locator("#log .theirs").Nth(2)).ToContainTextAsync("You said: two", new() { Timeout = 15_000 });
        await Expect(app.Page.Locator("#state")).ToHaveTextAsync("Connected");
        app.AssertWell();
    }

    private async Task<WebApp> OpenAsync(Action<FakeRavatarServer>? prepare = null)
    {
        WebApp app = await WebApp.StartAsync(chromium, prepare);
        await app.OpenAsync();
        return app;
    }

    private static ILocator Notice(WebApp app, string code) => app.Page.Locator($".notice[data-code={code}]");
}
