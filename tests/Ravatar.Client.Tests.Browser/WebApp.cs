using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Ravatar.Client.Testing;
using Ravatar.Samples;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The web sample before a fake service, and one page of it in a browser.</summary>
internal sealed class WebApp : IAsyncDisposable
{
    private readonly List<string> _complaints = [];
    private readonly List<string> _frames = [];
    private readonly SampleService _service;
    private readonly WebApplication _app;
    private readonly IBrowserContext _context;

    private WebApp(FakeRavatarServer server, SampleService service, WebApplication app, IBrowserContext context, IPage page)
    {
        (Server, _service, _app, _context, Page) = (server, service, app, context, page);
        page.Console += (_, message) => Complain(message.Type == "error" ? message.Text : null);
        page.PageError += (_, error) => Complain(error);
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) => Note(frame.Text ?? "");
    }

    public const string User = "user-123";

    public FakeRavatarServer Server { get; }

    public IPage Page { get; }

    public Uri Address => new(_app.Urls.First());

    /// <summary>The errors that the browser's console showed.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    /// <summary>All that the app told the page.</summary>
    public IReadOnlyList<string> Frames
    {
        get
        {
            lock (_frames)
            {
                return [.. _frames];
            }
        }
    }

    /// <summary>Starts all of it; the page is open, but not loaded.</summary>
    public static async Task<WebApp> StartAsync(
        Chromium chromium,
        Action<FakeRavatarServer>? prepare = null,
        FakeMicrophone microphone = FakeMicrophone.Beeps,
        bool streamsLiveAudio = true
    )
    {
        IBrowser browser = await chromium.StartAsync(microphone);
        FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        prepare?.Invoke(server);
        SampleSettings settings = new(server.BaseAddress, User, null, null, null, null, Debug: false);
        SampleConsole console = new();
        SampleService service = await SampleService.StartAsync(settings, "Ravatar.Samples.Web", console);
        WebSettings web = new(["http://127.0.0.1:0"], WebSettings.OwnHosts, streamsLiveAudio);
        WebApplication app = WebServer.Create(service, settings, web, console);
        await app.StartAsync(TestContext.Current.CancellationToken);
        IBrowserContext context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1280, Height = 800 },
            }
        );
        return new WebApp(server, service, app, context, await context.NewPageAsync());
    }

    /// <summary>Loads the page and waits until one can chat.</summary>
    public async Task OpenAsync()
    {
        await Page.GotoAsync(Address.AbsoluteUri);
        await Assertions.Expect(Page.Locator("#state")).ToHaveTextAsync("Connected");
        await Assertions.Expect(Page.Locator("#text")).ToBeEnabledAsync();
    }

    /// <summary>Loads the page where the microphone does not open by itself, and turns it on.</summary>
    public async Task OpenHandsFreeAsync()
    {
        await Page.AddInitScriptAsync("navigator.permissions.query = () => Promise.resolve({ state: 'prompt' });");
        await OpenAsync();
        await Assertions.Expect(Page.Locator("#talk")).ToHaveTextAsync("Turn microphone on");
        await Page.ClickAsync("#talk");
        await ExpectRecordingAsync();
    }

    public async Task AskAsync(string question)
    {
        await Page.FillAsync("#text", question);
        await Page.PressAsync("#text", "Enter");
    }

    /// <summary>Holds the talk button, with the mouse, until the app records.</summary>
    public async Task HoldAsync()
    {
        await Page.HoverAsync("#talk");
        await Page.Mouse.DownAsync();
        await ExpectRecordingAsync();
    }

    public Task ExpectRecordingAsync() => Assertions.Expect(Page.Locator("#talk")).ToHaveAttributeAsync("data-state", "recording");

    /// <inheritdoc cref="Screenshots.TakeAsync"/>
    public Task ShootAsync(string name) => Screenshots.TakeAsync(Page, name);

    /// <summary>What must be so after every test in which nothing was to go wrong.</summary>
    public void AssertWell()
    {
        Assert.Empty(Complaints);
        Assert.Empty(Server.Received.Violations);
    }

    /// <summary>Ends the app under the page.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _service.DisposeAsync();
        await Server.DisposeAsync();
    }

    private void Complain(string? text)
    {
        if (text is not null)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }

    private void Note(string frame)
    {
        lock (_frames)
        {
            _frames.Add(frame);
        }
    }
}
