using System.Net;

namespace Ravatar.Client.Testing;

/// <summary>The page behind a <c>streamingUrl</c>: no avatar, but proof of what arrives.</summary>
internal static class StandInPage
{
    public static string Html(FakeLiveSession session, string token) =>
        Template
            .Replace("{avatar}", WebUtility.HtmlEncode(session.AvatarId), StringComparison.Ordinal)
            .Replace("{license}", WebUtility.HtmlEncode(session.LicenseId), StringComparison.Ordinal)
            .Replace("{token}", token, StringComparison.Ordinal);

    // The level is asked for with an absolute path and without the token, which stays in the page's own address.
    private const string Template = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <link rel="icon" href="data:,">
        <title>Live stand-in</title>
        <style>
          :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
          body { margin: 0; padding: .5rem; box-sizing: border-box; min-height: 100vh; display: grid; place-content: center; justify-items: center; gap: .5rem; text-align: center;
                 background: light-dark(#eef2f7, #10151c); color: light-dark(#17202b, #e8eef5); }
          h1 { font-size: 1.25rem; margin: 0; }
          p { margin: 0; }
          meter { width: min(18rem, 80vw); height: 1.5rem; }
          @media (max-height: 15rem) { :root { font-size: 13px; } body { gap: .2rem; } }
        </style>
        </head>
        <body>
        <h1>Live stand-in for {avatar}</h1>
        <p>Session {license}: <strong id="state">running</strong></p>
        <p id="token">{token}</p>
        <meter id="level" min="0" max="1" low="0.02" value="0" aria-label="Level of the live audio"></meter>
        <p><span id="frames">0</span> frames of live audio</p>
        <script>
          const byId = id => document.getElementById(id);
          async function poll() {
            try {
              const figures = await (await fetch('/stream/{license}/level')).json();
              byId('level').value = Math.sqrt(figures.level);
              byId('frames').textContent = figures.frames;
              byId('state').textContent = figures.running ? 'running' : 'ended';
              if (figures.running) setTimeout(poll, 150);
            } catch {
              byId('state').textContent = 'unreachable';
            }
          }
          poll();
        </script>
        </body>
        </html>
        """;
}
