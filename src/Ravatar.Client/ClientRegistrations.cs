using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ravatar.Client;

/// <summary>What a registration adds to the services.</summary>
internal static class ClientRegistrations
{
    /// <summary>A singleton client, keyed where it has a name.</summary>
    public static IHttpClientBuilder AddClient(this IServiceCollection services, string? key = null)
    {
        ClientRegistration registration = ClientRegistration.Client(key);
        if (key is null)
        {
            services.TryAddSingleton(provider => CreateClient(provider, registration));
        }
        else
        {
            services.TryAddKeyedSingleton(key, (provider, _) => CreateClient(provider, registration));
        }
        return services.AddShared(registration);
    }

    /// <summary>A singleton factory, keyed where it has a name.</summary>
    public static IHttpClientBuilder AddFactory(this IServiceCollection services, string? key = null)
    {
        ClientRegistration registration = ClientRegistration.Factory(key);
        if (key is null)
        {
            services.TryAddSingleton<IRavatarClientFactory>(provider => CreateFactory(provider, registration));
        }
        else
        {
            services.TryAddKeyedSingleton<IRavatarClientFactory>(key, (provider, _) => CreateFactory(provider, registration));
        }
        return services.AddShared(registration);
    }

    private static IHttpClientBuilder AddShared(this IServiceCollection services, ClientRegistration registration)
    {
        services.TryAddSingleton<ClientOptionsSnapshots>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RavatarClientOptions>, RavatarClientOptionsValidator>());
        services
            .AddOptions<RavatarClientOptions>(registration.OptionsName)
            .PostConfigure<IServiceProvider>(CompleteTokenCache)
            .ValidateOnStart();
        IHttpClientBuilder builder = services.AddHttpClient(registration.HttpName);
        if (services.Any(d => d.ServiceType == typeof(ClientRegistration) && registration.Equals(d.ImplementationInstance)))
        {
            return builder; // a second registration adds to the options only
        }
        services.AddSingleton(registration);
        // Inside the factory's own logging, around whatever transport an application configures.
        services.PostConfigure<HttpClientFactoryOptions>(
            registration.HttpName,
            static options =>
                options.HttpMessageHandlerBuilderActions.Add(static b =>
                    b.PrimaryHandler = new TransportGuard(new CleanFailures(b.PrimaryHandler))
                )
        );
#if !NETSTANDARD2_0
        // The SDK's transport renews its connections itself; a new transport now and then would be a second pool beside the first. Another one may not: AddRavatarClient says so.
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
#endif
        return builder
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan) // each attempt has its own
            .ConfigurePrimaryHttpMessageHandler(provider => HandlerChain.CreateTransport(OptionsOf(provider, registration).MaxConnections))
            .ConfigureAdditionalHttpMessageHandlers(
                (handlers, provider) =>
                {
                    int at = 0;
                    foreach (
                        DelegatingHandler handler in HandlerChain.Create(
                            OptionsOf(provider, registration),
                            LoggersOf(provider),
                            TimeOf(provider)
                        )
                    )
                    {
                        handlers.Insert(at++, handler);
                    }
                }
            )
            // The factory hides all header values unless an application says otherwise for all its clients; not for this one.
            .RedactLoggedHeaders(static _ => true);
    }

    private static RavatarClient CreateClient(IServiceProvider provider, ClientRegistration registration) =>
        new(OptionsOf(provider, registration), HttpClients(provider, registration), LoggersOf(provider), TimeOf(provider));

    private static RavatarClientFactory CreateFactory(IServiceProvider provider, ClientRegistration registration) =>
        new(OptionsOf(provider, registration), HttpClients(provider, registration), LoggersOf(provider), TimeOf(provider));

    private static void CompleteTokenCache(RavatarClientOptions options, IServiceProvider provider)
    {
        // Asked for only where they are wanted: to make them may open connections.
        options.TokenCache = options.TokenCache?.CompletedBy(
            provider.GetService<IDistributedCache>(),
            provider.GetService<ITokenProtector>()
        );
    }

    private static Func<HttpClient> HttpClients(IServiceProvider provider, ClientRegistration registration)
    {
        IHttpClientFactory factory = provider.GetRequiredService<IHttpClientFactory>();
        return () => factory.CreateClient(registration.HttpName);
    }

    private static RavatarClientOptions OptionsOf(IServiceProvider provider, ClientRegistration registration) =>
        provider.GetRequiredService<ClientOptionsSnapshots>().Of(registration.OptionsName);

    private static ILoggerFactory LoggersOf(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>();

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
