using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Ravatar.Client.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Ravatar.Client.Tests;

/// <summary>The web sample in a browser: chat, history, recordings.</summary>
[Collection<BrowserCollection>]
public class WebChatTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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

    [Fact]
    public async Task An_answer_as_audio_can_be_played()
    {
        await using WebApp app = await OpenAsync();
        await app.AskAsync("Say something.");
        ILocator audio = app.Page.Locator("#log audio");
        await Expect(audio).ToHaveAttributeAsync("src", new Regex("/media/.*\\.wav$"));
        await AssertPlaysAsync(audio);
        app.AssertWell();
    }

    [Fact]
    public async Task Audio_that_comes_inside_an_answer_can_be_played()
    {
        await using WebApp app = await OpenAsync(static server =>
            server.Chat.AnswerWith(static _ => new FakeAnswer("Listen.")
            {
                FileUrl = "",
                Audio = Syllables.ToWav(),
                AudioAsDataUrl = true,
            })
        );
        await app.AskAsync("Say something.");
        await AssertPlaysAsync(app.Page.Locator("#log audio"));
        app.AssertWell();
    }

    [Fact]
    public async Task An_answer_as_video_can_be_played()
    {
        await using WebApp app = await OpenAsync(static server =>
            server.Chat.AnswerWith(static _ => new FakeAnswer("Look.") { FileUrl = "{base}media/answer.webm" })
        );
        byte[] film = Convert.FromBase64String(await app.Page.EvaluateAsync<string>(MakeFilm));
        await app.Page.RouteAsync("**/answer.webm", route => route.FulfillAsync(new() { BodyBytes = film, ContentType = "video/webm" }));
        await app.AskAsync("Show something.");
        ILocator video = app.Page.Locator("#log video");
        await AssertPlaysAsync(video);
        await app.ShootAsync("video");
        app.AssertWell();
    }

    [Fact]
    public async Task A_recording_that_cannot_be_played_leaves_a_link()
    {
        await using WebApp app = await OpenAsync(static server =>
            server.Chat.AnswerWith(static _ => new FakeAnswer("Gone.") { FileUrl = "{base}media/gone.mp4" })
        );
        await app.AskAsync("Show something.");
        await Expect(app.Page.Locator("#log .unplayable a")).ToHaveAttributeAsync("href", new Regex("/media/gone\\.mp4$"));
    }

    [Fact]
    public async Task The_history_is_there_in_order_and_earlier_messages_on_demand()
    {
        await using WebApp app = await OpenAsync(static server => server.History.Fill(WebApp.User, 120));
        ILocator messages = app.Page.Locator("#log li .text");
        await Expect(messages).ToHaveCountAsync(51); // the greeting too
        await Expect(messages.Nth(0)).ToHaveTextAsync("Question 35");
        await Expect(messages.Nth(49)).ToHaveTextAsync("Answer 59");
        await app.ShootAsync("history");
        await app.Page.ClickAsync("#earlier");
        await Expect(messages).ToHaveCountAsync(101);
        await app.Page.ClickAsync("#earlier");
        await Expect(messages).ToHaveCountAsync(121);
        await Expect(messages.Nth(0)).ToHaveTextAsync("Question 0");
        await Expect(messages.Nth(119)).ToHaveTextAsync("Answer 59");
        await Expect(app.Page.Locator("#earlier")).ToBeHiddenAsync();
        app.AssertWell();
    }

    [Fact]
    public async Task Avatar_and_language_can_be_picked()
    {
        await using WebApp app = await OpenAsync();
        await app.Page.SelectOptionAsync("#language", "de");
        await app.Page.SelectOptionAsync("#avatar", new SelectOptionValue { Label = "Concierge" });
        await Expect(app.Page.Locator("#log li")).ToContainTextAsync("Welcome!");
        await Expect(app.Page.Locator("#live-none")).ToBeVisibleAsync();
        await Expect(app.Page.Locator("#live-start")).ToBeHiddenAsync();
        await Expect(app.Page.Locator("#text")).ToBeEnabledAsync();
        await app.AskAsync("Wer bist du?");
        ReceivedMessage message = await app.Server.Received.WaitForMessageAsync(static _ => true, Cancel);
        Assert.Equal(("avatar-id-456", "de"), (message.AvatarId, message.Language));
        await app.ShootAsync("concierge");
        app.AssertWell();
    }

    [Fact]
    public async Task Two_tabs_of_a_user_share_one_sign_in_and_each_has_its_own_answers()
    {
        await using WebApp app = await OpenAsync();
        IPage other = await app.Page.Context.NewPageAsync();
        await other.GotoAsync(app.Address.AbsoluteUri);
        await Expect(other.Locator("#state")).ToHaveTextAsync("Connected");
        await app.AskAsync("Which tab?");
        await Expect(app.Page.Locator("#log .theirs").Nth(1)).ToContainTextAsync("You said: Which tab?");
        await Expect(other.Locator("#log .theirs")).ToHaveCountAsync(1);
        await app.Page.CloseAsync();
        await other.FillAsync("#text", "And now?");
        await other.PressAsync("#text", "Enter");
        await Expect(other.Locator("#log .theirs").Nth(1)).ToContainTextAsync("You said: And now?");
        Assert.Single(app.Server.Tokens.Issued);
        app.AssertWell();
    }

    [Fact]
    public async Task Texts_are_shown_as_they_are_and_never_run()
    {
        const string Evil = "<img src=x onerror=\"document.title='gone'\"><b>bold</b>";
        await using WebApp app = await OpenAsync(static server =>
        {
            server.Chat.AnswerWith(static _ => new FakeAnswer(Evil));
            server.Configuration.Avatars = [new("a", Evil) { GreetingText = Evil }];
        });
        await app.AskAsync(Evil);
        await Expect(app.Page.Locator("#log .text")).ToHaveTextAsync([Evil, Evil, Evil]);
        Assert.Equal("Talk to an avatar", await app.Page.TitleAsync());
        app.AssertWell();
    }

    [Fact]
    public async Task Everything_can_be_done_from_the_keyboard()
    {
        await using WebApp app = await OpenAsync();
        List<string> reached = [];
        for (int i = 0; i < 9; i++)
        {
            await app.Page.Keyboard.PressAsync("Tab");
            reached.Add(await app.Page.EvaluateAsync<string>("document.activeElement.id"));
        }
        Assert.Equal(["avatar", "language", "live-start", "scroll", "text", "send", "talk", "voice-mode"], reached[..8]);
        app.AssertWell();
    }

    private async Task<WebApp> OpenAsync(Action<FakeRavatarServer>? prepare = null)
    {
        WebApp app = await WebApp.StartAsync(chromium, prepare);
        await app.OpenAsync();
        return app;
    }

    private static async Task AssertPlaysAsync(ILocator player)
    {
        await player.EvaluateAsync("player => player.play()");
        await player.EvaluateAsync(
            "player => player.currentTime > 0 || new Promise((resolve, reject) => { player.ontimeupdate = () => player.currentTime > 0 && resolve(); player.onerror = reject; })"
        );
    }

    /// <summary>The browser makes a film itself: of a second, in colour.</summary>
    private const string MakeFilm = """
        async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
          const context = canvas.getContext("2d");
          const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
          const parts = [];
          recorder.ondataavailable = event => parts.push(event.data);
          const stopped = new Promise(resolve => { recorder.onstop = resolve; });
          recorder.start();
          const began = performance.now();
          for (let now = began; now - began < 1000; now = await new Promise(requestAnimationFrame)) {
            context.fillStyle = `hsl(${(now - began) / 3} 60% 45%)`;
            context.fillRect(0, 0, 320, 180);
          }
          recorder.stop();
          await stopped;
          const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
          return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
        }
        """;
}
