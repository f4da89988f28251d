using System.Net;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>Ends a session on the server: tries again what may pass, for 8 s in all, and takes "no such session" for an end.</summary>
internal static class LiveEnder
{
    /// <summary>All attempts together: what a shutting-down process is usually granted is 10 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    // A failed sign-in on the way says nothing about the session.
    internal const string Endpoint = "POST /endLiveSession";

    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns whether the session is over on the server as far as that can be known; never throws.</summary>
    /// <param name="end">One attempt.</param>
    /// <param name="shownId">The license, fit for the log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is told.</param>
    public static async Task<bool> EndAsync(Func<CancellationToken, Task> end, string shownId, TimeProvider time, ILogger logger)
    {
        using CancellationTokenSource over = Clock.CancelAfter(time, Limit);
        TimeSpan delay = FirstDelay;
        while (true)
        {
            Exception failure;
            try
            {
                using CancellationTokenSource attempt = Clock.CancelAfter(time, AttemptLimit);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, attempt.Token);
                Task ending = end(either.Token);
                await ending.WithCancellation(either.Token).ConfigureAwait(false);
                LiveLog.EndedOnServer(logger, shownId);
                return true;
            }
            catch (RavatarApiException e) when (e.Endpoint == Endpoint && SaysUnknown(e.StatusCode))
            {
                LiveLog.UnknownOnServer(logger, shownId, e.Message);
                return true;
            }
            catch (Exception e)
            {
                failure = e;
            }
            if (over.IsCancellationRequested || !MayPass(failure))
            {
                LiveLog.EndGivenUp(logger, shownId, failure);
                return false;
            }
            LiveLog.EndFailed(logger, shownId, failure);
            try
            {
                await time.DelayAsync(delay, over.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                LiveLog.EndGivenUp(logger, shownId, failure);
                return false;
            }
            delay += delay;
        }
    }

    private static bool SaysUnknown(HttpStatusCode? status) =>
        status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone;

    // A time-out, a lost connection, a failing server; not a refusal, nor a client that is disposed.
    private static bool MayPass(Exception failure) =>
        failure switch
        {
            RavatarAuthenticationException or RavatarPaymentRequiredException or ObjectDisposedException => false,
            RavatarApiException { StatusCode: { } status } => (int)status is 408 or 429 or >= 500,
            _ => true,
        };
}
