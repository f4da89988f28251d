using Microsoft.AspNetCore.Http;

namespace Ravatar.Samples;

/// <summary>Who asks: which browser, and from which page.</summary>
internal static class Visitor
{
    private const string Cookie = "ravatar-user";
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(30);

    /// <summary>The RAVATAR user of a browser: a random id in a cookie, so that its history is there again after a reload.</summary>
    public static string? UserOf(HttpRequest request) =>
        request.Cookies.TryGetValue(Cookie, out string? value) && Guid.TryParseExact(value, "D", out Guid id) ? id.ToString() : null;

    /// <summary>Makes a browser that is new a user.</summary>
    public static void Welcome(HttpContext context)
    {
        if (UserOf(context.Request) is null)
        {
            context.Response.Cookies.Append(
                Cookie,
                Guid.NewGuid().ToString(),
                new CookieOptions
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Strict,
                    Secure = context.Request.IsHttps,
                    MaxAge = s_remembered,
                    IsEssential = true,
                }
            );
        }
    }

    /// <summary>Whether a socket was opened by our own page: browsers let any page open one, but say which it was.</summary>
    public static bool IsOnOurPage(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
