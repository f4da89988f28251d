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
}
