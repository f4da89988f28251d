using Microsoft.Playwright;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Debian's Chromium, started once for all tests of a class, as it is needed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly Dictionary<bool, IBrowser> _browsers = [];
    private IPlaywright? _playwright;

    /// <summary>A browser with a microphone that beeps, which every page may use; or one without any.</summary>
    internal async Task<IBrowser> StartAsync(bool microphone)
    {
        string? path = Requires.FindTool("chromium");
        Requires.That(path is not null, "Chromium: apt-get install chromium.");
        if (!_browsers.TryGetValue(microphone, out IBrowser? browser))
        {
            _playwright ??= await Playwright.CreateAsync();
            string[] always = ["--no-sandbox", "--autoplay-policy=user-gesture-required"];
            string[] beeping = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
            browser = await _playwright.Chromium.LaunchAsync(
                new() { ExecutablePath = path, Args = microphone ? [.. always, .. beeping] : always }
            );
            _browsers.Add(microphone, browser);
        }
        return browser;
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowser browser in _browsers.Values)
        {
            await browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }
}
