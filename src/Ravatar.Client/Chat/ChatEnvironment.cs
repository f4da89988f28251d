using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>What a channel needs from the rest of the SDK, so that it knows neither tokens' source nor HTTP.</summary>
internal sealed class ChatEnvironment
{
    /// <summary>The socket's address for a token.</summary>
    public required Func<string, Uri> Address { get; init; }

    /// <summary>A token that is good as far as we know.</summary>
    public required Func<CancellationToken, Task<string>> GetTokenAsync { get; init; }

    /// <summary>
    /// Gets another token than the last one, which was refused. Given whether it has to be a new one; says whether it is, or one that others left and that may be
    /// refused as well.
    /// </summary>
    public required Func<bool, CancellationToken, Task<bool>> RefreshTokenAsync { get; init; }

    /// <summary>Whether there is no newer token than this one.</summary>
    public Func<string, bool> IsNewest { get; init; } = static _ => true;

    /// <summary>A page of history, 100 messages each.</summary>
    public required Func<int, CancellationToken, Task<HistoryPage>> ReadHistoryAsync { get; init; }

    /// <summary>Asks the service whether it would have us at all, where a refused upgrade does not say.</summary>
    public required Func<CancellationToken, Task> ProbeAsync { get; init; }

    public required IChatSocketConnector Connector { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Where what is said is shown, at Trace.</summary>
    public required ILogger Payloads { get; init; }

    /// <summary>A number from 0 to 1.</summary>
    public required Func<double> NextRandom { get; init; }
}
