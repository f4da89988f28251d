using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample as a program in a browser, without an account: on the fake service of its own.</summary>
[Collection<BrowserCollection>]
public class WebFakeTests(Chromium chromium)
{
    [Fact]
    public async Task Without_an_account_one_can_try_all_of_it()
    {
        IBrowser browser = await chromium.StartAsync(FakeMicrophone.Beeps);
        using SampleProcess process = SampleProcess.Start("Ravatar.Samples.Web", ["--urls", "http://127.0.0.1:0"]);
        string address = (await process.WaitForOutputAsync("\n")).Trim();
        await using IBrowserContext context = await browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(address);
        await Expect(page.Locator("#fake")).ToContainTextAsync("This is a fake service");
        await Expect(page.Locator("#state")).ToHaveTextAsync("Connected");
        await page.FillAsync("#text", "Who are you?");
        await page.PressAsync("#text", "Enter");
        await Expect(page.Locator("#log .theirs").Nth(1)).ToContainTextAsync("You said: Who are you?");
        await page.ClickAsync("#live-start");
        IFrameLocator stream = page.FrameLocator("#screen iframe");
        await Expect(stream.Locator("#token")).ToHaveTextAsync("token received");
        await page.ClickAsync("#talk", new() { Delay = 1_500 });
        await Expect(stream.Locator("#frames")).Not.ToHaveTextAsync("0");
        await Screenshots.TakeAsync(page, "fake");

        // The user is the browser's: after a reload what was said is still there.
        await page.ReloadAsync();
        await Expect(page.Locator("#log li").First).ToContainTextAsync("Who are you?");
    }

    [Fact]
    public async Task The_stand_in_for_the_stream_shows_what_arrives()
    {
        await using WebApp app = await WebApp.StartAsync(chromium);
        await app.OpenAsync();
        await app.Page.ClickAsync("#live-start");
        string? url = await app.Page.Locator("#screen iframe").GetAttributeAsync("src");
        IPage tab = await app.Page.Context.NewPageAsync();
        await tab.GotoAsync(url!);
        await Expect(tab.Locator("#state")).ToHaveTextAsync("running");
        await app.Page.BringToFrontAsync();
        await app.Page.ClickAsync("#talk", new() { Delay = 1_500 });
        await Expect(tab.Locator("#frames")).Not.ToHaveTextAsync("0");
        await Screenshots.TakeAsync(tab, "stand-in");
        await app.Page.ClickAsync("#live-stop");
        await Expect(tab.Locator("#state")).ToHaveTextAsync("ended");
        await tab.GotoAsync(url!.Split('?')[0]);
        await Expect(tab.Locator("#token")).ToHaveTextAsync("no token");
        app.AssertWell();
    }
}
