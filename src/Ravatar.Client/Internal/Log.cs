using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// Every log message. Event ids are stable and in ranges: 100 authentication, 200 HTTP, 300 chat, 400 live, 500 audio. No
/// message takes a token or a whole address with its query.
/// </summary>
internal static partial class Log
{
    /// <summary>The category of sign-in.</summary>
    public const string AuthenticationCategory = "Ravatar.Client.Authentication";

    /// <summary>The category of requests and answers.</summary>
    public const string HttpCategory = "Ravatar.Client.Http";

    /// <summary>The category for what is said, apart from what is done: bodies, at Trace only.</summary>
    public const string PayloadCategory = "Ravatar.Client.Payload";

    [LoggerMessage(100, LogLevel.Debug, "A token was issued; it lives {Life:F0} s and is replaced in {Due:F0} s.")]
    public static partial void TokenIssued(ILogger logger, double life, double due);

    [LoggerMessage(101, LogLevel.Debug, "The token was refused; another one is asked for.")]
    public static partial void TokenRefused(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "No token was issued.")]
    public static partial void TokenNotIssued(ILogger logger, Exception exception);

    [LoggerMessage(
        103,
        LogLevel.Warning,
        "The token could not be replaced ahead of its end; the present one serves on, the next attempt is in {Delay:F0} s."
    )]
    public static partial void RefreshAheadFailed(ILogger logger, double delay, Exception exception);

    [LoggerMessage(112, LogLevel.Debug, "A token was found in the token cache; it lives {Life:F0} s more.")]
    public static partial void TokenShared(ILogger logger, double life);

    [LoggerMessage(113, LogLevel.Warning, "The token cache could not be read; the service is asked instead. {Reason}")]
    public static partial void TokenCacheNotRead(ILogger logger, string reason);

    [LoggerMessage(114, LogLevel.Warning, "A token could not be written to the token cache; other processes ask for their own. {Reason}")]
    public static partial void TokenCacheNotWritten(ILogger logger, string reason);

    [LoggerMessage(115, LogLevel.Warning, "What the token cache holds for the user is of no use, and is ignored. {Reason}")]
    public static partial void TokenCacheValueIgnored(ILogger logger, string reason);

    [LoggerMessage(200, LogLevel.Debug, "{Endpoint}: sending.")]
    public static partial void RequestSending(ILogger logger, string endpoint);

    [LoggerMessage(201, LogLevel.Debug, "{Endpoint}: HTTP {Status}, {Bytes} bytes, {Milliseconds:F1} ms.")]
    public static partial void ResponseReceived(ILogger logger, string endpoint, int status, int bytes, double milliseconds);

    [LoggerMessage(202, LogLevel.Debug, "{Endpoint}: no answer after {Milliseconds:F1} ms.")]
    public static partial void RequestFailed(ILogger logger, string endpoint, double milliseconds, Exception exception);

    [LoggerMessage(203, LogLevel.Information, "{Endpoint}: {Reason}; retry {Retry} follows in {Delay:F2} s.")]
    public static partial void Retrying(ILogger logger, string endpoint, string reason, int retry, double delay);

    [LoggerMessage(
        204,
        LogLevel.Warning,
        "The configuration lists {Skipped} avatars or languages without an identifier; they are left out."
    )]
    public static partial void ConfigurationEntriesSkipped(ILogger logger, int skipped);

    [LoggerMessage(205, LogLevel.Debug, "History moved while page {Page} was read: {Repeats} messages came again and are left out.")]
    public static partial void HistoryMoved(ILogger logger, int page, int repeats);

    [LoggerMessage(206, LogLevel.Warning, "History ends at page {Page}: the last {Pages} pages held nothing new.")]
    public static partial void HistoryRepeatsItself(ILogger logger, int page, int pages);

    [LoggerMessage(210, LogLevel.Trace, "{Endpoint} sends {Body}")]
    public static partial void RequestBody(ILogger logger, string endpoint, string body);

    [LoggerMessage(211, LogLevel.Trace, "{Endpoint} answers {Body}")]
    public static partial void ResponseBody(ILogger logger, string endpoint, string body);
}
