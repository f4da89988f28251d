using Microsoft.Playwright;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Pictures to look at: artifacts/screenshots.</summary>
internal static class Screenshots
{
    /// <summary>Leaves pictures of the page at both widths, light and dark.</summary>
    public static async Task TakeAsync(IPage page, string name)
    {
        string folder = Repository.Find("artifacts", "screenshots");
        // A dialog covers the window, not the whole page.
        bool isDialog = await page.Locator("dialog[open]").CountAsync() > 0;
        foreach ((int width, int height) in ((int, int)[])[(1280, 800), (360, 740)])
        {
            await page.SetViewportSizeAsync(width, height);
            Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            foreach (ColorScheme colours in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = colours });
                string suffix = colours == ColorScheme.Dark ? "-dark" : "";
                await page.ScreenshotAsync(
                    new()
                    {
                        Path = Path.Combine(folder, $"{name}-{width}{suffix}.png"),
                        FullPage = width == 360 && !isDialog,
                        Animations = ScreenshotAnimations.Disabled,
                    }
                );
            }
        }
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1280, 800);
    }
}
