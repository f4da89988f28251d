namespace Ravatar.Client;

/// <summary>What the typed client needs to know of the options.</summary>
internal sealed record ApiSettings(Uri BaseAddress, int MaxResponseBytes, TimeProvider Time);
