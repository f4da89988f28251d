using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ravatar.Samples;

/// <summary>The web server: the page's files, and one socket for each page that is open.</summary>
internal static class WebServer
{
    // A page that has gone without a word is noticed after both, and its live session ends.
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(10);

    public static WebApplication Create(SampleService service, SampleSettings settings, WebSettings web, SampleConsole console)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, EnvironmentName = Environments.Production }
        );
        builder.Configuration["AllowedHosts"] = string.Join(';', web.AllowedHosts);
        builder.WebHost.UseUrls([.. web.Addresses]).ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service.Loggers);
        // The sample's own signal handling ends it.
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = s_shutdown);

        WebApplication app = builder.Build();
        ClientPool clients = new(service.CreateClient);
        PageSettings page = new(settings, web.StreamsLiveAudio, service.IsFake);
        app.Use(PageHeaders.AddAsync);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = s_keepAlive, KeepAliveTimeout = s_keepAlive });
        app.Map("/session", context => TalkAsync(context, clients, settings.UserId, page, console));
        app.UseDefaultFiles();
        app.UseStaticFiles();
        return app;
    }

    private static async Task TalkAsync(
        HttpContext context,
        ClientPool clients,
        string? everybody,
        PageSettings page,
        SampleConsole console
    )
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }
        if (!Visitor.IsOnOurPage(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        if ((everybody ?? Visitor.UserOf(context.Request)) is not { } user || clients.Rent(user) is not { } client)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        try
        {
            IHostApplicationLifetime lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
            using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted,
                lifetime.ApplicationStopping
            );
            using WebSocket webSocket = await context.WebSockets.AcceptWebSocketAsync();
            PageSocket socket = new(webSocket);
            await using PageSession session = new(client, socket, page, console);
            await session.RunAsync(ending.Token);
        }
        finally
        {
            await clients.ReturnAsync(user);
        }
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
