using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ravatar.Client;

/// <summary>
/// One registration in a container: named options, the HTTP client of the same name with the SDK's handlers, and what is made of both. The default
/// client's name is empty; a factory's begins with <see cref="FactoryName"/>.
/// </summary>
internal static class ClientRegistration
{
    /// <summary>The options' name of the default factory.</summary>
    public const string FactoryName = "Ravatar.Client.Factory";

    private const string HttpClientName = "Ravatar.Client";

    /// <summary>The options' name of a factory.</summary>
    public static string FactoryOptions(string? key) => key is null ? FactoryName : FactoryName + ":" + key;

    /// <summary>A singleton client, keyed where it has a name.</summary>
    public static IHttpClientBuilder AddClient(this IServiceCollection services, string? key = null)
    {
        string name = key ?? Options.DefaultName;
        if (key is null)
        {
            services.TryAddSingleton(provider => CreateClient(provider, name));
        }
        else
        {
            services.TryAddKeyedSingleton(key, (provider, _) => CreateClient(provider, name));
        }
        return services.AddShared(name);
    }

    /// <summary>A singleton factory, keyed where it has a name.</summary>
    public static IHttpClientBuilder AddFactory(this IServiceCollection services, string? key = null)
    {
        string name = FactoryOptions(key);
        if (key is null)
        {
            services.TryAddSingleton<IRavatarClientFactory>(provider => CreateFactory(provider, name));
        }
        else
        {
            services.TryAddKeyedSingleton<IRavatarClientFactory>(key, (provider, _) => CreateFactory(provider, name));
        }
        return services.AddShared(name);
    }

    private static IHttpClientBuilder AddShared(this IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RavatarClientOptions>, RavatarClientOptionsValidator>());
        services.AddOptions<RavatarClientOptions>(name).PostConfigure<IServiceProvider>(CompleteTokenCache).ValidateOnStart();
        IHttpClientBuilder builder = services.AddHttpClient(HttpName(name));
        if (services.Any(d => d.ServiceType == typeof(ChainMarker) && d.ImplementationInstance is ChainMarker chain && chain.Name == name))
        {
            return builder; // a second registration adds to the options only
        }
        services.AddSingleton(new ChainMarker(name));
        // Inside the factory's own logging, around whatever transport an application configures.
        services.PostConfigure<HttpClientFactoryOptions>(
            HttpName(name),
            static options =>
                options.HttpMessageHandlerBuilderActions.Add(static b => b.PrimaryHandler = new CleanFailures(b.PrimaryHandler))
        );
#if !NETSTANDARD2_0
        // The transport renews its connections itself; a new transport now and then would be a second pool beside the first.
        builder.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
#endif
        return builder
            .ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan) // each attempt has its own
            .ConfigurePrimaryHttpMessageHandler(provider => HandlerChain.CreateTransport(OptionsOf(provider, name).MaxConnections))
            .ConfigureAdditionalHttpMessageHandlers(
                (handlers, provider) =>
                {
                    int at = 0;
                    foreach (
                        DelegatingHandler handler in HandlerChain.Create(OptionsOf(provider, name), LoggersOf(provider), TimeOf(provider))
                    )
                    {
                        handlers.Insert(at++, handler);
                    }
                }
            )
            // The factory hides all header values unless an application says otherwise for all its clients; not for this one.
            .RedactLoggedHeaders(static _ => true);
    }

    private static RavatarClient CreateClient(IServiceProvider provider, string name) =>
        new(OptionsOf(provider, name).Copy(), HttpClients(provider, name), LoggersOf(provider), TimeOf(provider));

    private static RavatarClientFactory CreateFactory(IServiceProvider provider, string name) =>
        new(OptionsOf(provider, name).Copy(), HttpClients(provider, name), LoggersOf(provider), TimeOf(provider));

    private static void CompleteTokenCache(RavatarClientOptions options, IServiceProvider provider)
    {
        // Asked for only where they are wanted: to make them may open connections.
        options.TokenCache?.Complete(provider.GetService<IDistributedCache>(), provider.GetService<ITokenProtector>());
    }

    private static Func<HttpClient> HttpClients(IServiceProvider provider, string name)
    {
        IHttpClientFactory factory = provider.GetRequiredService<IHttpClientFactory>();
        string httpName = HttpName(name);
        return () => factory.CreateClient(httpName);
    }

    private static string HttpName(string name) =>
        name.Length == 0 ? HttpClientName
        : name.StartsWith(FactoryName, StringComparison.Ordinal) ? name
        : HttpClientName + ":" + name;

    private static RavatarClientOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<RavatarClientOptions>>().Get(name);

    private static ILoggerFactory LoggersOf(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>();

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    private sealed record ChainMarker(string Name);
}
