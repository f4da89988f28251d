namespace Ravatar.Client;

/// <summary>A refused start of Live Mode in the words of the stream errors, where it is one of them.</summary>
internal static class LiveFailure
{
    /// <summary>The stream error that a failed start is; null where it is none, such as 402.</summary>
    public static RavatarLiveException? From(RavatarException failure)
    {
        LiveError? reason = failure switch
        {
            RavatarBusyException => LiveError.Busy,
            RavatarTimeoutException => LiveError.Timeout,
            RavatarPaymentRequiredException or RavatarAuthenticationException => null,
            RavatarApiException api => RavatarLiveException.Classify(api.ServerMessage) ?? RavatarLiveException.Classify(api.ErrorCode),
            _ => null,
        };
        string unknown = failure is RavatarTimeoutException { StatusCode: null }
            ? " Whether a session started is not known; one that did runs until the server ends it."
            : "";
        return reason is { } known ? new RavatarLiveException(known, $"No live session: {failure.Message}{unknown}", failure) : null;
    }
}
