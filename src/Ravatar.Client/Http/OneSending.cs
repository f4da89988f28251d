using System.Net;

namespace Ravatar.Client;

/// <summary>
/// Goes with one sending of a request that may go out once only: handlers of an application's own, such as a resilience handler for all its clients, repeat
/// what they are given, some of them while it is still under way. A repetition waits for the first one, and fails as that went.
/// </summary>
internal sealed class OneSending
{
    private const string Key = "Ravatar.Client.OneSending";

    private readonly TaskCompletionSource<Outcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _began;

    public static void AttachTo(HttpRequestMessage request) => RequestItems.Set(request, Key, new OneSending());

    public static OneSending? Of(HttpRequestMessage request) => RequestItems.Get<OneSending>(request, Key);

    /// <summary>It goes out, where it has not gone out already.</summary>
    /// <exception cref="RavatarApiException">It has, and failed.</exception>
    /// <exception cref="OperationCanceledException">It has, and this one is given up, as is right where the first one was answered.</exception>
    public async Task BeginAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _began, 1) == 0)
        {
            return;
        }
        Outcome first = await _ended.Task.WithCancellation(cancellationToken).ConfigureAwait(false);
        if (RefusalAfter(first, endpoint) is { } refusal)
        {
            throw refusal;
        }
        // Whoever takes the first answer that comes must not be handed a failure ahead of the good one.
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>It was answered.</summary>
    public void End(HttpResponseMessage response) =>
        _ended.TrySetResult(new Outcome(response.StatusCode, response.Headers.RetryAfter?.Delta, Failure: null));

    /// <summary>It was not.</summary>
    public void End(Exception failure) => _ended.TrySetResult(new Outcome(Status: null, RetryAfter: null, failure));

    private static RavatarApiException? RefusalAfter(Outcome first, string endpoint) =>
        first switch
        {
            { Status: >= HttpStatusCode.BadRequest and { } status } => ApiErrors.ForStatus(
                endpoint,
                (int)status,
                default,
                first.RetryAfter
            ),
            { Status: not null } => null,
            { Failure: RavatarApiException error } => error,
            { Failure: HttpRequestException failure } => ApiErrors.NoAnswer(endpoint, failure),
            _ => ApiErrors.TimedOut(endpoint, "a handler of the HTTP client gave up waiting, and would have sent it a second time."),
        };

    /// <summary>How the first one went.</summary>
    private sealed record Outcome(HttpStatusCode? Status, TimeSpan? RetryAfter, Exception? Failure);
}
