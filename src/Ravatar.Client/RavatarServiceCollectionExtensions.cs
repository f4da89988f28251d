using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Ravatar.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds RAVATAR clients to a service collection.</summary>
public static class RavatarServiceCollectionExtensions
{
    /// <summary>
    /// Adds a singleton <see cref="RavatarClient"/> whose options come from a configuration section, validated when the host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, with the members of <see cref="RavatarClientOptions"/>, as <c>"Ravatar": { "UserId": "user-12345" }</c>.</param>
    /// <returns>The builder of the HTTP client: for handlers of one's own, which run inside the SDK's sign-in and retry, or another primary handler.</returns>
    /// <remarks>
    /// <para>The container's <see cref="TimeProvider"/> and <see cref="ILoggerFactory"/> are used where it has them. The options are read once, when the client is first asked for.</para>
    /// <para>
    /// Resilience handlers that an application has for all its HTTP clients (<c>ConfigureHttpClientDefaults</c> with <c>AddStandardResilienceHandler</c>, as in Aspire's
    /// service defaults) run inside the SDK's own retry and time-outs: they cut each attempt off after 10 s, repeat it by themselves, 503 and <c>POST</c>s included, and
    /// open their circuit for all users. Take them off this client: <c>.RemoveAllResilienceHandlers()</c> on the builder. Where they stay, what they reject is a
    /// <see cref="RavatarTimeoutException"/> or a <see cref="RavatarApiException"/>, and <c>POST /startLiveSession</c> is still sent once only.
    /// </para>
    /// <para>
    /// The SDK's own primary handler renews its connections every two minutes, so that changes of DNS are noticed, and is therefore never replaced
    /// (<c>SetHandlerLifetime</c> is infinite, but on netstandard2.0). Another primary handler should have a <c>PooledConnectionLifetime</c>, or a lifetime of its own:
    /// <c>.SetHandlerLifetime(…)</c> on the builder.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, IConfiguration section)
    {
        Guard.NotNull(services);
        Guard.NotNull(section);
        services.AddOptions<RavatarClientOptions>().Bind(section);
        return services.AddClient();
    }

    /// <summary>Adds a singleton <see cref="RavatarClient"/> whose options are set in code, validated when the host starts.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>As for <see cref="AddRavatarClient(IServiceCollection, IConfiguration)"/>.</returns>
    /// <remarks>As for <see cref="AddRavatarClient(IServiceCollection, IConfiguration)"/>: resilience handlers for all clients, other primary handlers.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, Action<RavatarClientOptions> configure)
    {
        Guard.NotNull(services);
        Guard.NotNull(configure);
        services.AddOptions<RavatarClientOptions>().Configure(configure);
        return services.AddClient();
    }

    /// <summary>
    /// Adds one of several clients: a keyed singleton <see cref="RavatarClient"/>, for <c>[FromKeyedServices(name)]</c>, with options and connections of its own.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key, and the name of its <see cref="RavatarClientOptions"/>.</param>
    /// <param name="section">The section, with the members of <see cref="RavatarClientOptions"/>.</param>
    /// <returns>As for <see cref="AddRavatarClient(IServiceCollection, IConfiguration)"/>.</returns>
    /// <exception cref="ArgumentException">An argument is null, or <paramref name="name"/> is empty.</exception>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, string name, IConfiguration section)
    {
        Guard.NotNull(services);
        Guard.NotBlank(name);
        Guard.NotNull(section);
        services.AddOptions<RavatarClientOptions>(name).Bind(section);
        return services.AddClient(name);
    }

    /// <inheritdoc cref="AddRavatarClient(IServiceCollection, string, IConfiguration)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The key, and the name of its <see cref="RavatarClientOptions"/>.</param>
    /// <param name="configure">Sets the options.</param>
    public static IHttpClientBuilder AddRavatarClient(this IServiceCollection services, string name, Action<RavatarClientOptions> configure)
    {
        Guard.NotNull(services);
        Guard.NotBlank(name);
        Guard.NotNull(configure);
        services.AddOptions<RavatarClientOptions>(name).Configure(configure);
        return services.AddClient(name);
    }

    /// <summary>
    /// Adds a singleton <see cref="IRavatarClientFactory"/>, for a back end that speaks for many users, whose options come from a configuration section,
    /// validated when the host starts. Independent of <c>AddRavatarClient</c>: it has options and connections of its own.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, with the members of <see cref="RavatarClientOptions"/> but <c>UserId</c>.</param>
    /// <returns>The builder of the HTTP client that all users share: for handlers of one's own, or another primary handler.</returns>
    /// <remarks>As for <see cref="AddRavatarClient(IServiceCollection, IConfiguration)"/>: resilience handlers for all clients, other primary handlers.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHttpClientBuilder AddRavatarClientFactory(this IServiceCollection services, IConfiguration section)
    {
        Guard.NotNull(services);
        Guard.NotNull(section);
        services.AddOptions<RavatarClientOptions>(ClientRegistration.Factory(null).OptionsName).Bind(section);
        return services.AddFactory();
    }

    /// <inheritdoc cref="AddRavatarClientFactory(IServiceCollection, IConfiguration)"/>
    /// <summary>
    /// Adds a singleton <see cref="IRavatarClientFactory"/>, for a back end that speaks for many users, whose options are set in code, validated when the
    /// host starts. Independent of <c>AddRavatarClient</c>: it has options and connections of its own.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options, but <c>UserId</c>.</param>
    public static IHttpClientBuilder AddRavatarClientFactory(this IServiceCollection services, Action<RavatarClientOptions> configure)
    {
        Guard.NotNull(services);
        Guard.NotNull(configure);
        services.AddOptions<RavatarClientOptions>(ClientRegistration.Factory(null).OptionsName).Configure(configure);
        return services.AddFactory();
    }

    /// <summary>Adds one of several factories: a keyed singleton <see cref="IRavatarClientFactory"/>, for <c>[FromKeyedServices(name)]</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="section">The section, with the members of <see cref="RavatarClientOptions"/> but <c>UserId</c>.</param>
    /// <returns>As for <see cref="AddRavatarClientFactory(IServiceCollection, IConfiguration)"/>.</returns>
    /// <exception cref="ArgumentException">An argument is null, or <paramref name="name"/> is empty.</exception>
    public static IHttpClientBuilder AddRavatarClientFactory(this IServiceCollection services, string name, IConfiguration section)
    {
        Guard.NotNull(services);
        Guard.NotBlank(name);
        Guard.NotNull(section);
        services.AddOptions<RavatarClientOptions>(ClientRegistration.Factory(name).OptionsName).Bind(section);
        return services.AddFactory(name);
    }

    /// <inheritdoc cref="AddRavatarClientFactory(IServiceCollection, string, IConfiguration)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="configure">Sets the options, but <c>UserId</c>.</param>
    public static IHttpClientBuilder AddRavatarClientFactory(
        this IServiceCollection services,
        string name,
        Action<RavatarClientOptions> configure
    )
    {
        Guard.NotNull(services);
        Guard.NotBlank(name);
        Guard.NotNull(configure);
        services.AddOptions<RavatarClientOptions>(ClientRegistration.Factory(name).OptionsName).Configure(configure);
        return services.AddFactory(name);
    }
}
