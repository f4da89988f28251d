namespace Ravatar.Client.Tests;

/// <summary>In what the targets of the library differ, where tests have to know.</summary>
internal static class Platform
{
    private static readonly ClientWebSocketConnector Connector = new(configure: null);

    /// <summary>Whether the HTTP status of a refused upgrade is known.</summary>
    public static bool TellsUpgradeStatus => Connector.TellsUpgradeStatus;

    /// <summary>Whether an idle connection that died in silence is noticed.</summary>
    public static bool DetectsSilentDeath => Connector.DetectsSilentDeath;
}
