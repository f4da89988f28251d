using Microsoft.Playwright;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Debian's Chromium, started once for all tests of a class, as it is needed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly Dictionary<FakeMicrophone, IBrowser> _browsers = [];
    private IPlaywright? _playwright;
    private string? _speech;

    /// <summary>A browser whose pages may all use the microphone, if there is one.</summary>
    internal async Task<IBrowser> StartAsync(FakeMicrophone microphone)
    {
        string? path = Requires.FindTool("chromium");
        Requires.That(path is not null, "Chromium: apt-get install chromium.");
        if (!_browsers.TryGetValue(microphone, out IBrowser? browser))
        {
            _playwright ??= await Playwright.CreateAsync();
            browser = await _playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = path,
                    Args = ["--no-sandbox", "--autoplay-policy=user-gesture-required", .. Arguments(microphone)],
                }
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
        if (_speech is { } file)
        {
            File.Delete(file);
        }
    }

    private string[] Arguments(FakeMicrophone microphone)
    {
        if (microphone == FakeMicrophone.None)
        {
            return [];
        }
        string[] beeping = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
        if (microphone == FakeMicrophone.Beeps)
        {
            return beeping;
        }
        _speech = Path.GetTempFileName();
        File.WriteAllBytes(_speech, Syllables.ToWav());
        return [.. beeping, $"--use-file-for-fake-audio-capture={_speech}"];
    }
}
