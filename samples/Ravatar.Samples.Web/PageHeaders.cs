using Microsoft.AspNetCore.Http;

namespace Ravatar.Samples;

/// <summary>What every answer tells the browser to refuse.</summary>
internal static class PageHeaders
{
    // Pictures, recordings and the stream come from wherever the service says; scripts and connections from here alone.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' http: https: data:; "
        + "media-src blob: http: https:; frame-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Path.Value is "/" or "/index.html")
        {
            Visitor.Welcome(context);
        }
        return next(context);
    }
}
