namespace Ravatar.Client.Testing;

/// <summary>
/// The script of one endpoint. Each request takes the next queued answer; with none queued it asks the function, then the standing answer,
/// and without those it gets the usual one. Safe to change while requests are running.
/// </summary>
public sealed class FakeEndpoint
{
    private readonly Lock _lock = new();
    private readonly Queue<FakeResponse> _queue = new();
    private Func<ReceivedRequest, FakeResponse?>? _function;
    private FakeResponse? _always;
    private FakeHold? _hold;

    internal FakeEndpoint() { }

    /// <summary>Answers the next requests with these, one each.</summary>
    /// <param name="responses">The answers, in order.</param>
    public void Enqueue(params IEnumerable<FakeResponse> responses)
    {
        ArgumentNullException.ThrowIfNull(responses);
        lock (_lock)
        {
            foreach (var response in responses)
            {
                _queue.Enqueue(response);
            }
        }
    }

    /// <summary>The next request fails; the one after it is served as usual.</summary>
    /// <param name="status">The HTTP status, for example 500.</param>
    /// <param name="error">The value of <c>error</c>; <see langword="null"/> for one that fits the status.</param>
    public void FailOnce(int status, string? error = null) => FailTimes(1, status, error);

    /// <summary>The next requests fail.</summary>
    /// <param name="times">How many.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The value of <c>error</c>; <see langword="null"/> for one that fits the status.</param>
    public void FailTimes(int times, int status, string? error = null) =>
        Enqueue(Enumerable.Repeat(FakeResponse.Failure(status, error), times));

    /// <summary>Every request fails from now on, until <see cref="Reset"/>.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The value of <c>error</c>; <see langword="null"/> for one that fits the status.</param>
    public void FailAlways(int status, string? error = null) => AlwaysRespond(FakeResponse.Failure(status, error));

    /// <summary>Every request for which nothing is queued gets this answer.</summary>
    /// <param name="response">The answer; <see langword="null"/> for the usual one.</param>
    public void AlwaysRespond(FakeResponse? response)
    {
        lock (_lock)
        {
            _always = response;
        }
    }

    /// <summary>Decides per request. <see langword="null"/> from the function means the usual answer. It runs on the request's thread.</summary>
    /// <param name="respond">The function; <see langword="null"/> for none.</param>
    public void RespondWith(Func<ReceivedRequest, FakeResponse?>? respond)
    {
        lock (_lock)
        {
            _function = respond;
        }
    }

    /// <summary>
    /// Keeps requests waiting, before their token is looked at, until the returned object is released. To wait until they have
    /// arrived: <see cref="FakeJournal.WaitForRequestsAsync"/>.
    /// </summary>
    /// <returns>What releases them.</returns>
    public FakeHold Hold()
    {
        FakeHold? older;
        var hold = new FakeHold(Forget);
        lock (_lock)
        {
            older = _hold;
            _hold = hold;
        }

        older?.Release();
        return hold;
    }

    /// <summary>Back to the usual answers. Requests that are held go on.</summary>
    public void Reset()
    {
        FakeHold? hold;
        lock (_lock)
        {
            _queue.Clear();
            _function = null;
            _always = null;
            hold = _hold;
        }

        hold?.Release();
    }

    internal (FakeResponse? Response, Task Released) Next(ReceivedRequest request)
    {
        Func<ReceivedRequest, FakeResponse?>? function;
        FakeResponse? always;
        Task released;
        lock (_lock)
        {
            released = _hold?.Released ?? Task.CompletedTask;
            if (_queue.TryDequeue(out var queued))
            {
                return (queued, released);
            }

            function = _function;
            always = _always;
        }

        return (function?.Invoke(request) ?? always, released);
    }

    private void Forget(FakeHold hold)
    {
        lock (_lock)
        {
            if (_hold == hold)
            {
                _hold = null;
            }
        }
    }
}
