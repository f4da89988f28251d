using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Ravatar.Client;

/// <summary>
/// What a container's registrations were told, as it was when one of them was first asked for: a client and its handlers, which are made later and perhaps
/// more than once, agree for ever, whatever becomes of the configuration.
/// </summary>
/// <param name="monitor">Makes and checks the options.</param>
internal sealed class ClientOptionsSnapshots(IOptionsMonitor<RavatarClientOptions> monitor)
{
    private readonly ConcurrentDictionary<string, RavatarClientOptions> _taken = new(StringComparer.Ordinal);

    /// <summary>A registration's options: a copy, checked, and not to be changed.</summary>
    /// <exception cref="OptionsValidationException">Something is wrong with them. They are asked for again the next time.</exception>
    public RavatarClientOptions Of(string optionsName) => _taken.GetOrAdd(optionsName, name => monitor.Get(name).Copy());
}
