using Microsoft.Extensions.Options;

namespace Ravatar.Client;

/// <summary>
/// One registration in a container: named options, an HTTP client with the SDK's handlers, and what is made of both. A client's options have the
/// client's name; a factory's have one that no client has.
/// </summary>
/// <param name="OptionsName">The name of its options.</param>
/// <param name="HttpName">The name of its HTTP client.</param>
/// <param name="IsFactory">Whether its clients have each their own user.</param>
internal sealed record ClientRegistration(string OptionsName, string HttpName, bool IsFactory)
{
    private const string HttpClientName = "Ravatar.Client";
    private const string FactoryName = "Ravatar.Client.Factory";

    /// <summary>A client, the default one where there is no key.</summary>
    public static ClientRegistration Client(string? key) =>
        new(key ?? Options.DefaultName, key is null ? HttpClientName : HttpClientName + ":" + key, IsFactory: false);

    /// <summary>A factory, the default one where there is no key.</summary>
    public static ClientRegistration Factory(string? key)
    {
        string name = key is null ? FactoryName : FactoryName + ":" + key;
        return new("\0" + name, name, IsFactory: true);
    }
}
