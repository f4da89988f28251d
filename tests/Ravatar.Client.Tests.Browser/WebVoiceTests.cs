using Ravatar.Client.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample in a browser whose microphone beeps: voice in Chat Mode.</summary>
[Collection<BrowserCollection>]
public class WebVoiceTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_said_while_the_button_is_held_is_sent_as_a_recording_and_shown_as_it_was_understood()
    {
        await using WebApp app = await OpenAsync(static server => server.Chat.Transcribe = static _ => "beep");
        await app.HoldAsync();
        await app.ShootAsync("talking");
        await app.Page.Mouse.UpAsync();

        await Expect(app.Page.Locator("#log .mine .text")).ToHaveTextAsync("beep");
        await Expect(app.Page.Locator("#log .theirs").Nth(1)).ToContainTextAsync("I heard beep.");
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^Sent \d+\.\d s\.$"));
        ReceivedMessage message = Assert.Single(app.Server.Received.Messages);
        Assert.Equal((FakeMessageKind.Voice, true, false), (message.Kind, message.IsPushToTalk, message.IsLive));
        await app.ShootAsync("voice-answer");
        app.AssertWell();
    }

    [Fact]
    public async Task The_button_works_from_the_keyboard_too()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.FocusAsync("#talk");
        await app.Page.Keyboard.DownAsync("Space");
        await app.ExpectRecordingAsync();
        await Expect(app.Page.Locator("#level span"))
            .Not.ToHaveCSSAsync("transform", "matrix(0, 0, 0, 1, 0, 0)", new() { Timeout = 10_000 });
        await app.Page.Keyboard.UpAsync("Space");
        await app.Server.Received.WaitForMessagesAsync(1, Cancel);
        app.AssertWell();
    }

    [Fact]
    public async Task Released_elsewhere_it_is_taken_back()
    {
        await using WebApp app = await OpenAsync();
        await app.HoldAsync();
        await app.Page.Mouse.MoveAsync(10, 10);
        await app.Page.Mouse.UpAsync();
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync("Cancelled: nothing was sent.");
        await AssertNothingWasSentAsync(app);
    }

    [Fact]
    public async Task Escape_takes_it_back()
    {
        await using WebApp app = await OpenAsync();
        await app.HoldAsync();
        await app.Page.Keyboard.PressAsync("Escape");
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync("Cancelled: nothing was sent.");
        await app.Page.Mouse.UpAsync();
        await AssertNothingWasSentAsync(app);
    }

    [Fact]
    public async Task A_hold_that_is_too_short_sends_nothing()
    {
        await using WebApp app = await OpenAsync();
        // Opened before, so that the hold is short and not only the recording.
        await app.HoldAsync();
        await app.Page.Keyboard.PressAsync("Escape");
        await app.Page.Mouse.UpAsync();
        await app.Page.Mouse.DownAsync();
        await app.Page.Mouse.UpAsync();
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync("Too short: nothing was sent.");
        await AssertNothingWasSentAsync(app);
    }

    [Fact]
    public async Task A_recording_can_be_started_and_stopped_or_discarded()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.SelectOptionAsync("#voice-mode", "record");
        await app.Page.ClickAsync("#talk");
        await app.ExpectRecordingAsync();
        await app.ShootAsync("recording");
        await app.Page.ClickAsync("#discard");
        await Expect(app.Page.Locator("#voice-hint")).ToHaveTextAsync("Cancelled: nothing was sent.");
        await app.Page.ClickAsync("#talk");
        await app.ExpectRecordingAsync();
        await app.Page.ClickAsync("#talk", new() { Delay = 300 });
        ReceivedMessage message = await app.Server.Received.WaitForMessageAsync(static _ => true, Cancel);
        Assert.True(message.IsPushToTalk);
        Assert.Equal(1, app.Server.Received.MessageCount);
        app.AssertWell();
    }

    [Fact]
    public async Task Hands_free_typing_turns_the_microphone_off_until_the_message_is_sent_and_the_user_for_good()
    {
        await using WebApp app = await WebApp.StartAsync(chromium, static server => server.Configuration.VadEnabled = true);
        await app.OpenHandsFreeAsync();
        await app.ShootAsync("hands-free");
        await app.Page.Locator("#text").PressSequentiallyAsync("Wait");
        await Expect(app.Page.Locator("#talk")).ToHaveAttributeAsync("data-state", "idle");
        await app.Page.PressAsync("#text", "Enter");
        await app.ExpectRecordingAsync();
        await app.Page.ClickAsync("#talk");
        await app.AskAsync("Is it off?");
        await app.Server.Received.WaitForMessageAsync(static m => m.Request == "Is it off?", Cancel);
        await Expect(app.Page.Locator("#talk")).ToHaveAttributeAsync("data-state", "idle");
        app.AssertWell();
    }

    [Fact]
    public async Task Hands_free_a_pause_sends_what_was_said_and_then_it_listens_again()
    {
        await using WebApp app = await WebApp.StartAsync(
            chromium,
            static server => server.Configuration.VadEnabled = true,
            FakeMicrophone.Speaks
        );
        await app.OpenHandsFreeAsync();
        await app.Server.Received.WaitForMessagesAsync(2, Cancel);
        Assert.All(app.Server.Received.Messages, static m => Assert.Equal((FakeMessageKind.Voice, null), (m.Kind, m.IsPushToTalk)));
        await Expect(app.Page.Locator("#log .theirs").Nth(2)).ToContainTextAsync("I heard a voice message of");
        await app.ShootAsync("hands-free-answers");
        app.AssertWell();
    }

    [Fact]
    public async Task Hands_free_the_microphone_that_is_allowed_opens_by_itself_and_stays_off_when_the_user_turned_it_off()
    {
        await using WebApp app = await OpenAsync(static server => server.Configuration.VadEnabled = true);
        await app.Page.ClickAsync("#text");
        await app.Page.SelectOptionAsync("#language", "de");
        await app.ExpectRecordingAsync();
        await app.Page.ClickAsync("#talk");
        await Expect(app.Page.Locator("#talk")).ToHaveAttributeAsync("data-state", "idle");
        await app.Page.SelectOptionAsync("#language", "en");
        await app.AskAsync("Is it off?");
        await Expect(app.Page.Locator("#log .theirs").Nth(1)).ToContainTextAsync("You said: Is it off?");
        await Expect(app.Page.Locator("#talk")).ToHaveAttributeAsync("data-state", "idle");
        app.AssertWell();
    }

    [Fact]
    public async Task Without_a_selector_there_is_one_mode()
    {
        await using WebApp app = await OpenAsync(static server => server.Configuration.VoiceModeSelector = false);
        await Expect(app.Page.Locator("#voice-mode-field")).ToBeHiddenAsync();
        await Expect(app.Page.Locator("#talk")).ToHaveTextAsync("Hold to talk");
    }

    private async Task<WebApp> OpenAsync(Action<FakeRavatarServer>? prepare = null)
    {
        WebApp app = await WebApp.StartAsync(chromium, prepare);
        await app.OpenAsync();
        return app;
    }

    /// <summary>Asks something: what was sent before would have arrived before.</summary>
    private static async Task AssertNothingWasSentAsync(WebApp app)
    {
        await app.AskAsync("Is that all?");
        await app.Server.Received.WaitForMessageAsync(static m => m.Request == "Is that all?", Cancel);
        Assert.Equal(1, app.Server.Received.MessageCount);
        app.AssertWell();
    }
}
