namespace Ravatar.Client.Tests;

/// <summary>In what the targets of the library differ, where tests have to know.</summary>
internal static class Platform
{
    private static readonly ClientWebSocketConnector Connector = new(configure: null);

    /// <summary>Whether the HTTP status of a refused upgrade is known.</summary>
    public static bool TellsUpgradeStatus => Connector.TellsUpgradeStatus;

    /// <summary>Whether the socket can be kept from following redirects: the same targets can, as it takes the same newer members.</summary>
    public static bool RefusesRedirects => Connector.TellsUpgradeStatus;

    /// <summary>Whether an idle connection that died in silence is noticed.</summary>
    public static bool DetectsSilentDeath => Connector.DetectsSilentDeath;

    /// <summary>Whether large buffers are taken outside the garbage collector's heap.</summary>
    public static bool HasNativeMemory { get; } = typeof(PooledBuffer).Assembly.GetType("Ravatar.Client.NativeBlock") is not null;
}
