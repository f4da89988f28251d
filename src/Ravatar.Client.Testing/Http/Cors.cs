using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>Lets a page from anywhere talk to the server, as a browser client of the service must be able to.</summary>
internal static class Cors
{
    /// <summary>Adds the headers that every answer carries; says whether the request was a preflight, which is answered with them alone.</summary>
    public static bool Apply(HttpContext context)
    {
        var request = context.Request.Headers;
        var response = context.Response.Headers;
        response.AccessControlAllowOrigin = request.Origin.Count > 0 ? request.Origin : "*";
        response.Vary = "Origin";
        response.AccessControlExposeHeaders = "Retry-After";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return false;
        }

        response.AccessControlAllowMethods = "GET, POST, OPTIONS";
        response.AccessControlAllowHeaders =
            request.AccessControlRequestHeaders.Count > 0 ? request.AccessControlRequestHeaders : "Authorization, Content-Type";
        response.AccessControlMaxAge = "600";
        if (request.ContainsKey("Access-Control-Request-Private-Network"))
        {
            response["Access-Control-Allow-Private-Network"] = "true";
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
