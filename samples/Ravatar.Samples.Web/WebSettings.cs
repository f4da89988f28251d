namespace Ravatar.Samples;

/// <summary>What the web sample is told beside what all samples are.</summary>
/// <param name="Addresses">Where the page is served.</param>
/// <param name="AllowedHosts">The host names by which it may be reached.</param>
/// <param name="StreamsLiveAudio">Whether voice in Live Mode is sent while it is spoken; otherwise as one recording.</param>
internal sealed record WebSettings(IReadOnlyList<string> Addresses, IReadOnlyList<string> AllowedHosts, bool StreamsLiveAudio)
{
    /// <summary>The names of this machine for itself. Others are refused: a foreign page could reach the app under a name of its own.</summary>
    public static readonly IReadOnlyList<string> OwnHosts = ["localhost", "127.0.0.1", "[::1]"];
}
