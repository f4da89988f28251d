namespace Ravatar.Client;

/// <summary>What <c>POST /startLiveSession</c> gave.</summary>
/// <param name="LicenseId">Names the session.</param>
/// <param name="StreamingUrl">Where its page is, checked.</param>
internal sealed record LiveStart(string LicenseId, StreamingUrl StreamingUrl);
