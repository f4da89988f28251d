using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Snippets;

/// <summary>The README, "In a host".</summary>
internal static class InAHost
{
    public static void Run(HostApplicationBuilder builder)
    {
        // <snippet>
        builder
            .Services.AddRavatarClient(builder.Configuration.GetSection("Ravatar")) // UserId, ProjectId, …: validated when the host starts
            .AddHttpMessageHandler<MyHandler>(); // an IHttpClientBuilder comes back
        // </snippet>
    }

    private sealed class MyHandler : DelegatingHandler;
}
