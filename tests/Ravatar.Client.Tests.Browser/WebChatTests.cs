using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample in a browser: chat, history, recordings.</summary>
[Collection<BrowserCollection>]
public class WebChatTests(Chromium chromium)
{
    [Fact]
    public async Task A_question_is_answered_and_both_are_there_again_after_a_reload()
    {
        await using WebApp app = await WebApp.StartAsync(chromium);
        await app.OpenAsync();
        ILocator messages = app.Page.Locator("#log li");
        await Expect(messages.Nth(0)).ToContainTextAsync("Hello! How can I help you today?");
        await app.AskAsync("What can you do?");
        await Expect(messages.Nth(2)).ToContainTextAsync("You said: What can you do?");
        await Expect(app.Page.Locator("#thinking")).ToBeHiddenAsync();
        await app.ShootAsync("chat");

        await app.OpenAsync();
        await Expect(messages.Nth(0)).ToContainTextAsync("What can you do?");
        await Expect(messages.Nth(1)).ToContainTextAsync("You said: What can you do?");
        app.AssertWell();
    }
}
