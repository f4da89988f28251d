using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ravatar.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the RAVATAR client to a service collection.</summary>
public static class RavatarServiceCollectionExtensions
{
    private const string HttpClientName = "Ravatar.Client";

    /// <summary>
    /// Adds a singleton <see cref="RavatarClient"/> whose options come from a configuration section, validated when the host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, with the members of <see cref="RavatarClientOptions"/>, as <c>"Ravatar": { "UserId": "user-12345" }</c>.</param>
    /// <returns>The builder of the HTTP client: for handlers of one's own, which run inside the SDK's sign-in and retry, or another primary handler.</returns>
    /// <remarks>The container's <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/> are used where it has them.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, IConfiguration section)
    {
        Guard.NotNull(services);
        Guard.NotNull(section);
        services.AddOptions<RavatarClientOptions>().Bind(section);
        return services.AddCore();
    }

    /// <summary>Adds a singleton <see cref="RavatarClient"/> whose options are set in code, validated when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder of the HTTP client: for handlers of one's own, which run inside the SDK's sign-in and retry, or another primary handler.</returns>
    /// <remarks>The container's <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/> are used where it has them.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, Action<RavatarClientOptions> configure)
    {
        Guard.NotNull(services);
        Guard.NotNull(configure);
        services.AddOptions<RavatarClientOptions>().Configure(configure);
        return services.AddCore();
    }

    private static IHttpClientBuilder AddCore(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RavatarClientOptions>, RavatarClientOptionsValidator>());
        services.AddOptions<RavatarClientOptions>().ValidateOnStart();
        services.TryAddSingleton(CreateClient);
        IHttpClientBuilder builder = services.AddHttpClient(HttpClientName);
        if (services.Any(static d => d.ServiceType == typeof(ChainMarker)))
        {
            return builder; // a second registration adds to the options only
        }
        services.AddSingleton<ChainMarker>();
        return builder
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan) // each attempt has its own
            .ConfigurePrimaryHttpMessageHandler(static () => HandlerChain.CreateTransport())
            .ConfigureAdditionalHttpMessageHandlers(
                static (handlers, provider) =>
                {
                    int at = 0;
                    foreach (DelegatingHandler handler in HandlerChain.Create(OptionsOf(provider), LoggersOf(provider), TimeOf(provider)))
                    {
                        handlers.Insert(at++, handler);
                    }
                }
            )
            // The factory hides all header values unless an application says otherwise for all its clients; not for this one.
            .RedactLoggedHeaders(static _ => true);
    }

    private static RavatarClient CreateClient(IServiceProvider provider)
    {
        IHttpClientFactory factory = provider.GetRequiredService<IHttpClientFactory>();
        return new RavatarClient(
            OptionsOf(provider).Copy(),
            () => factory.CreateClient(HttpClientName),
            LoggersOf(provider),
            TimeOf(provider)
        );
    }

    private static RavatarClientOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<RavatarClientOptions>>().Value;

    private static ILoggerFactory LoggersOf(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>();

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    private sealed class ChainMarker;
}
