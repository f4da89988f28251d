using System.Net;

namespace Ravatar.Client;

/// <summary>
/// Goes with one sending of a request that may go out once only: handlers of an application's own, such as a resilience handler for all its clients, repeat
/// what they are given. A repetition fails as the first went.
/// </summary>
internal sealed class OneSending
{
    private const string Key = "Ravatar.Client.OneSending";

    private readonly object _gate = new();
    private bool _began;
    private HttpStatusCode? _status;
    private TimeSpan? _retryAfter;
    private HttpRequestException? _failure;

    public static void AttachTo(HttpRequestMessage request) => RequestItems.Set(request, Key, new OneSending());

    public static OneSending? Of(HttpRequestMessage request) => RequestItems.Get<OneSending>(request, Key);

    /// <summary>It goes out.</summary>
    /// <exception cref="RavatarApiException">It has gone out already.</exception>
    public void Begin(string endpoint)
    {
        lock (_gate)
        {
            if (_began)
            {
                throw Refusal(endpoint);
            }
            _began = true;
        }
    }

    /// <summary>It was answered.</summary>
    public void End(HttpResponseMessage response)
    {
        lock (_gate)
        {
            (_status, _retryAfter) = (response.StatusCode, response.Headers.RetryAfter?.Delta);
        }
    }

    /// <summary>It was not.</summary>
    public void End(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure as HttpRequestException;
        }
    }

    private RavatarApiException Refusal(string endpoint) =>
        _status is >= HttpStatusCode.BadRequest and { } status ? ApiErrors.ForStatus(endpoint, (int)status, default, _retryAfter)
        : _failure is not null ? ApiErrors.NoAnswer(endpoint, _failure)
        : ApiErrors.TimedOut(endpoint, "a handler of the HTTP client gave up waiting, and would have sent it a second time.");
}
