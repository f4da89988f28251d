using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>What live sessions log. Event ids 400 to 499; never a token, and no streaming URL with its query.</summary>
internal static partial class LiveLog
{
    /// <summary>The category of live sessions.</summary>
    public const string Category = "Ravatar.Client.Live";

    [LoggerMessage(400, LogLevel.Information, "Live session {LicenseId} runs at {StreamingUrl}.")]
    public static partial void Started(ILogger logger, string licenseId, string streamingUrl);

    [LoggerMessage(401, LogLevel.Information, "Live session {LicenseId} is over: {Reason}")]
    public static partial void Over(ILogger logger, string licenseId, string reason);

    [LoggerMessage(402, LogLevel.Information, "Live session {LicenseId} is ended on the server.")]
    public static partial void EndedOnServer(ILogger logger, string licenseId);

    [LoggerMessage(403, LogLevel.Information, "The server does not know live session {LicenseId} any more; it counts as ended: {Answer}")]
    public static partial void UnknownOnServer(ILogger logger, string licenseId, string answer);

    [LoggerMessage(404, LogLevel.Warning, "Live session {LicenseId} could not be ended on the server; it is tried again.")]
    public static partial void EndFailed(ILogger logger, string licenseId, Exception exception);

    [LoggerMessage(
        405,
        LogLevel.Error,
        "Live session {LicenseId} could not be ended on the server: it may hold a slot there and be billed until the server ends it."
    )]
    public static partial void EndGivenUp(ILogger logger, string licenseId, Exception? exception);

    [LoggerMessage(406, LogLevel.Warning, "Live session {LicenseId}: the stream reports {Error}: {Text}")]
    public static partial void StreamError(ILogger logger, string licenseId, LiveError error, string text);

    [LoggerMessage(407, LogLevel.Information, "The caller gave up a live session while it started; it is ended as soon as it has started.")]
    public static partial void StartAbandoned(ILogger logger);

    [LoggerMessage(408, LogLevel.Debug, "The live session that was given up did not start.")]
    public static partial void AbandonedStartFailed(ILogger logger, Exception exception);

    [LoggerMessage(410, LogLevel.Warning, "The journal of live sessions cannot be written; after a crash, sessions would be forgotten.")]
    public static partial void JournalFailed(ILogger logger, Exception exception);

    [LoggerMessage(411, LogLevel.Warning, "Live session {LicenseId} was left behind by an earlier run; it is ended now.")]
    public static partial void LeftBehind(ILogger logger, string licenseId);
}
