namespace Ravatar.Client;

/// <summary>A stream error that came over the socket, with the server's words.</summary>
internal sealed record ReportedLiveError(LiveError Error, string Text);
