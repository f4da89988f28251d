namespace Ravatar.Client.Tests;

/// <summary>What a browser has for a microphone.</summary>
internal enum FakeMicrophone
{
    /// <summary>It beeps, once a second.</summary>
    Beeps,

    /// <summary>Somebody speaks, with pauses: <see cref="Syllables"/>.</summary>
    Speaks,

    /// <summary>There is none.</summary>
    None,
}
