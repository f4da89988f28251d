using Microsoft.Playwright;
using Ravatar.Client.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample in a browser: Live Mode.</summary>
[Collection<BrowserCollection>]
public class WebLiveTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stream_plays_in_a_frame_and_hears_the_microphone_while_the_button_is_held()
    {
        await using WebApp app = await WebApp.StartAsync(chromium);
        await app.OpenAsync();
        await app.Page.ClickAsync("#live-start");
        IFrameLocator stream = app.Page.FrameLocator("#screen iframe");
        await Expect(stream.Locator("#token")).ToHaveTextAsync("token received");
        FakeLiveSession session = Assert.Single(app.Server.Live.Running);

        await app.HoldAsync();
        await Expect(stream.Locator("#frames")).Not.ToHaveTextAsync("0");
        await app.ShootAsync("live");
        await app.Page.Mouse.UpAsync();
        await Expect(app.Page.Locator("#talk")).ToHaveTextAsync("Hold to talk");
        await app.AskAsync("Who are you?");
        await app.Server.Received.WaitForMessageAsync(static m => m.Request == "Who are you?", Cancel);
        Assert.All(app.Server.Received.Messages, m => Assert.Equal((true, session.LicenseId), (m.IsLive, m.LicenseId)));
        Assert.Contains(session.GetAudio(), static b => b != 0);

        await app.Page.ClickAsync("#live-stop");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(0);
        await Expect(app.Page.Locator("#black-screen")).ToBeHiddenAsync();
        await app.Server.Received.WaitForAsync(_ => session.EndedByClient == true, Cancel);
        app.AssertWell();
    }

    [Fact]
    public async Task The_frame_has_the_attributes_of_a_stream_and_a_link_to_it_beside()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        ILocator frame = app.Page.Locator("#screen iframe");
        await Expect(frame)
            .ToHaveAttributeAsync(
                "allow",
                "camera; microphone; autoplay; fullscreen; clipboard-read; clipboard-write; pointer-lock; encrypted-media"
            );
        await Expect(frame).ToHaveAttributeAsync("referrerpolicy", "no-referrer");
        Assert.DoesNotContain("top-navigation", await frame.GetAttributeAsync("sandbox"), StringComparison.Ordinal);
        string? url = await frame.GetAttributeAsync("src");
        ILocator link = app.Page.GetByText("Open the stream in a new tab");
        await Expect(link).ToHaveAttributeAsync("href", url!);
        IPage tab = await app.Page.Context.RunAndWaitForPageAsync(() => link.ClickAsync());
        await Expect(tab.Locator("#token")).ToHaveTextAsync("token received");
        app.AssertWell();
    }

    [Fact]
    public async Task The_token_reaches_the_page_in_the_stream_s_address_alone()
    {
        await using WebApp app = await OpenAsync();
        await app.AskAsync("one");
        await Expect(app.Page.Locator("#log .theirs").Nth(1)).ToBeVisibleAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.FrameLocator("#screen iframe").Locator("#token")).ToHaveTextAsync("token received");
        string token = Assert.Single(app.Server.Tokens.Issued);
        string frame = Assert.Single(app.Frames, frame => frame.Contains(token, StringComparison.Ordinal));
        Assert.StartsWith("{\"type\":\"live\",", frame, StringComparison.Ordinal);
        Assert.Equal(1, frame.Split(token).Length - 1);
        Assert.True(app.Frames.Count > 5);
        Assert.DoesNotContain(
            token,
            await app.Page.EvaluateAsync<string>("JSON.stringify([document.cookie, localStorage, sessionStorage])"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_page_that_goes_away_ends_its_session()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        FakeLiveSession session = Assert.Single(app.Server.Live.Running);
        await app.Page.CloseAsync();
        await app.Server.Received.WaitForAsync(_ => session.EndedByClient == true, Cancel);
        Assert.Empty(app.Server.Received.Violations);
    }

    [Fact]
    public async Task Another_avatar_ends_the_session_too()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        FakeLiveSession session = Assert.Single(app.Server.Live.Running);
        await app.Page.SelectOptionAsync("#avatar", new SelectOptionValue { Label = "Concierge" });
        await app.Server.Received.WaitForAsync(_ => session.EndedByClient == true, Cancel);
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(0);
        await Expect(app.Page.Locator("#state")).ToHaveTextAsync("Connected");
        app.AssertWell();
    }

    [Fact]
    public async Task A_start_can_be_taken_back_and_its_session_does_not_stay()
    {
        await using WebApp app = await OpenAsync();
        using FakeHold hold = app.Server.Script.StartLive.Hold();
        await app.Page.ClickAsync("#live-start");
        await app.Server.Received.WaitForRequestsAsync("/startLiveSession", 1, Cancel);
        await app.ShootAsync("live-starting");
        await app.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(app.Page.Locator("#live-start")).ToBeEnabledAsync();
        hold.Release();
        await app.Server.Received.WaitForAsync(_ => app.Server.Live.All is [{ EndedByClient: true }], Cancel);
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(0);
        app.AssertWell();
    }

    [Fact]
    public async Task Voice_can_go_into_the_session_as_recordings()
    {
        await using WebApp app = await WebApp.StartAsync(chromium, streamsLiveAudio: false);
        await app.OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        await app.Page.ClickAsync("#talk", new() { Delay = 800 });
        ReceivedMessage message = await app.Server.Received.WaitForMessageAsync(static _ => true, Cancel);
        Assert.Equal((FakeMessageKind.Voice, true, true), (message.Kind, message.IsLive, message.IsPushToTalk));
        app.AssertWell();
    }

    [Fact]
    public async Task Hands_free_listening_goes_into_the_session_and_back_to_the_chat_by_itself()
    {
        await using WebApp app = await WebApp.StartAsync(
            chromium,
            static server => server.Configuration.VadEnabled = true,
            FakeMicrophone.Speaks
        );
        await app.OpenHandsFreeAsync();
        await app.Server.Received.WaitForMessageAsync(static m => m.Kind == FakeMessageKind.Voice, Cancel);
        await app.Page.ClickAsync("#live-start");
        await app.Server.Received.WaitForMessageAsync(static m => m.Kind == FakeMessageKind.Pcm, Cancel);
        await app.ExpectRecordingAsync();
        await app.Server.Live.FailAsync(app.Server.Live.Running[0], FakeStreamError.Expired, Cancel);
        int sent = app.Server.Received.MessageCount;
        await app.Server.Received.WaitForMessageAsync(m => m.Number > sent && m is { Kind: FakeMessageKind.Voice, IsLive: false }, Cancel);
        await app.ExpectRecordingAsync();
        Assert.Empty(app.Complaints);
    }

    [Fact]
    public async Task When_the_app_ends_the_session_ends_and_the_page_says_so()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.ClickAsync("#live-start");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(1);
        FakeLiveSession session = Assert.Single(app.Server.Live.Running);
        await app.StopAsync();
        Assert.True(session.EndedByClient);
        await Expect(app.Page.Locator(".notice[data-code=app]")).ToContainTextAsync("The connection to the app was lost");
        await Expect(app.Page.Locator("#screen iframe")).ToHaveCountAsync(0);
        await app.ShootAsync("app-gone");
        app.AssertWell();
    }

    private async Task<WebApp> OpenAsync()
    {
        WebApp app = await WebApp.StartAsync(chromium);
        await app.OpenAsync();
        return app;
    }
}
