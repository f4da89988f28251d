namespace Ravatar.Client;

/// <summary>What <c>POST /startLiveSession</c> gave.</summary>
/// <param name="LicenseId">Names the session.</param>
/// <param name="Url">Where its page is, as the server says.</param>
internal sealed record LiveStart(string LicenseId, string? Url);
