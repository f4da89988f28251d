using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ravatar.Client.Testing;

/// <summary>
/// Joins Kestrel to one function. No host, no container, no middleware: they would double the start-up time, and a host takes over Ctrl+C.
/// </summary>
internal sealed class HttpApplication(Func<HttpContext, Task> handle) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => handle(context);

    public void DisposeContext(HttpContext context, Exception? exception) { }
}
