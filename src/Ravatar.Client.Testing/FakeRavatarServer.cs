namespace Ravatar.Client.Testing;

/// <summary>The whole RAVATAR service in this process.</summary>
public sealed class FakeRavatarServer;
