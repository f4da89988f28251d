using System.Globalization;
using System.Text;

namespace Ravatar.Client.Testing;

/// <summary>
/// Everything that clients sent, in order of arrival, with what was wrong about it. Lists are views of the moment they are asked for; the
/// <c>WaitFor…</c> methods wake up on arrivals and never poll.
/// </summary>
public sealed class FakeJournal
{
    private readonly AppendOnlyList<ReceivedRequest> _requests = new();
    private readonly AppendOnlyList<FakeSocket> _sockets = new();
    private readonly AppendOnlyList<ReceivedMessage> _messages = new();
    private readonly AppendOnlyList<string> _violations = new();
    private readonly Lock _lock = new();
    private readonly List<(Func<FakeJournal, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly Dictionary<string, int> _requestsPerPath = new(StringComparer.Ordinal);
    private readonly FakeClock _clock;
    private readonly TimeSpan _waitTimeout;
    private readonly long _maxBytes;
    private long _bytes;
    private int _trimmed;
    private long _requestNumber;
    private int _jwtIssued;
    private int _connectionReads;
    private int _historyReads;

    internal FakeJournal(FakeRavatarServerOptions options, FakeClock clock)
    {
        _clock = clock;
        _waitTimeout = options.WaitTimeout;
        _maxBytes = options.JournalBytes;
    }

    /// <summary>All HTTP requests, upgrades to a socket included, CORS preflights not.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => _requests.Snapshot();

    /// <summary>All sockets that were accepted, closed ones included.</summary>
    public IReadOnlyList<FakeSocket> Sockets => _sockets.Snapshot();

    /// <summary>All socket messages.</summary>
    public IReadOnlyList<ReceivedMessage> Messages => _messages.Snapshot();

    /// <summary>Everything that was against the protocol, one sentence each. Empty for a correct client.</summary>
    public IReadOnlyList<string> Violations => _violations.Snapshot();

    /// <summary>The number of <see cref="Messages"/>.</summary>
    public int MessageCount => _messages.Count;

    /// <summary>Tokens that <c>POST /jwt</c> has issued.</summary>
    public int JwtIssued => Volatile.Read(ref _jwtIssued);

    /// <summary>Successful reads of <c>GET /connection</c>.</summary>
    public int ConnectionReads => Volatile.Read(ref _connectionReads);

    /// <summary>Successful reads of <c>GET /chat</c>.</summary>
    public int HistoryReads => Volatile.Read(ref _historyReads);

    /// <summary>The number of <see cref="Sockets"/>.</summary>
    public int SocketsAccepted => _sockets.Count;

    /// <summary>The number of requests to a path so far, answered or not.</summary>
    /// <param name="path">For example <c>/jwt</c>.</param>
    /// <returns>The number.</returns>
    public int RequestCount(string path)
    {
        lock (_lock)
        {
            return _requestsPerPath.GetValueOrDefault(path);
        }
    }

    /// <summary>Waits until that many requests to a path have arrived since the start, answered or not.</summary>
    /// <param name="path">For example <c>/jwt</c>.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>A task.</returns>
    /// <exception cref="TimeoutException">They did not come within <see cref="FakeRavatarServerOptions.WaitTimeout"/>.</exception>
    public Task WaitForRequestsAsync(string path, int count, CancellationToken cancellationToken = default) =>
        WaitForAsync(journal => journal.RequestCount(path) >= count, cancellationToken);

    /// <summary>Waits until that many socket messages have arrived since the start.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>A task.</returns>
    /// <exception cref="TimeoutException">They did not come within <see cref="FakeRavatarServerOptions.WaitTimeout"/>.</exception>
    public Task WaitForMessagesAsync(int count, CancellationToken cancellationToken = default) =>
        WaitForAsync(journal => journal.MessageCount >= count, cancellationToken);

    /// <summary>Waits for a message, which may have arrived already.</summary>
    /// <param name="predicate">What it is like.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The first such message.</returns>
    /// <exception cref="TimeoutException">None came within <see cref="FakeRavatarServerOptions.WaitTimeout"/>.</exception>
    public async Task<ReceivedMessage> WaitForMessageAsync(
        Func<ReceivedMessage, bool> predicate,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(predicate);
        ReceivedMessage? found = null;
        var seen = 0;
        await WaitForAsync(
                journal =>
                {
                    var messages = journal.Messages;
                    for (; found is null && seen < messages.Count; seen++)
                    {
                        found = predicate(messages[seen]) ? messages[seen] : null;
                    }

                    return found is not null;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return found!;
    }

    /// <summary>Waits until that many sockets have been accepted since the start.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The latest socket.</returns>
    /// <exception cref="TimeoutException">They did not come within <see cref="FakeRavatarServerOptions.WaitTimeout"/>.</exception>
    public async Task<FakeSocket> WaitForSocketAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        await WaitForAsync(journal => journal.SocketsAccepted >= count, cancellationToken).ConfigureAwait(false);
        return Sockets[^1];
    }

    /// <summary>
    /// Waits until a condition holds. It is looked at now, and whenever a request arrives or is answered, a socket opens, freezes or ends, a message
    /// arrives, an answer is recorded or a live session changes. Keep it short: arrivals wait for it.
    /// </summary>
    /// <param name="condition">The condition.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>A task.</returns>
    /// <exception cref="TimeoutException">It did not hold within <see cref="FakeRavatarServerOptions.WaitTimeout"/>.</exception>
    public async Task WaitForAsync(Func<FakeJournal, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        cancellationToken.ThrowIfCancellationRequested();
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (condition(this))
            {
                return;
            }

            _waiters.Add((condition, met));
        }

        try
        {
            await met.Task.WaitAsync(_waitTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"What the test waits for has not happened within {_waitTimeout}. {Summary()}", e);
        }
        finally
        {
            lock (_lock)
            {
                _waiters.RemoveAll(waiter => waiter.Met == met);
            }
        }
    }

    /// <summary>Forgets all requests, messages, violations and sockets (open ones stay open), and sets every counter to zero.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            _sockets.Clear();
            _messages.Clear();
            _violations.Clear();
            _requestsPerPath.Clear();
            _bytes = 0;
            _trimmed = 0;
            _jwtIssued = 0;
            _connectionReads = 0;
            _historyReads = 0;
        }
    }

    internal ReceivedRequest Add(Func<long, DateTimeOffset, ReceivedRequest> make)
    {
        lock (_lock)
        {
            var request = make(++_requestNumber, _clock.Now);
            _requests.Add(request);
            _requestsPerPath[request.Path] = _requestsPerPath.GetValueOrDefault(request.Path) + 1;
            Wake();
            return request;
        }
    }

    internal void Add(FakeSocket socket)
    {
        lock (_lock)
        {
            _sockets.Add(socket);
            Wake();
        }
    }

    internal void Add(ReceivedMessage message)
    {
        lock (_lock)
        {
            message.Number = _messages.Count + 1;
            _messages.Add(message);
            foreach (var violation in message.Violations)
            {
                _violations.Add($"message {message.Number.ToString(CultureInfo.InvariantCulture)}: {violation}");
            }

            Trim(message);
            Wake();
        }
    }

    internal void Violate(ReceivedRequest request, string violation)
    {
        request.Violations = [.. request.Violations, violation];
        Violate($"{request.Method} {request.Path}: {violation}");
    }

    internal void Violate(string violation)
    {
        _violations.Add(violation);
        Changed();
    }

    internal void Answered(ReceivedRequest request, int status)
    {
        request.Status = status;
        Changed();
    }

    internal void CountJwt() => Interlocked.Increment(ref _jwtIssued);

    internal void CountConnectionRead() => Interlocked.Increment(ref _connectionReads);

    internal void CountHistoryRead() => Interlocked.Increment(ref _historyReads);

    /// <summary>Something that conditions may look at is different now.</summary>
    internal void Changed()
    {
        lock (_lock)
        {
            Wake();
        }
    }

    private void Wake()
    {
        foreach (var (condition, met) in _waiters)
        {
            try
            {
                if (!met.Task.IsCompleted && condition(this))
                {
                    met.TrySetResult();
                }
            }
            catch (Exception e)
            {
                // The test's own mistake: it belongs to the test that waits, not to the client that has just sent something.
                met.TrySetException(e);
            }
        }
    }

    private void Trim(ReceivedMessage added)
    {
        _bytes += added.ByteCount;
        var messages = _messages.Snapshot();
        while (_bytes > _maxBytes && _trimmed < messages.Count - 1)
        {
            _bytes -= messages[_trimmed++].Trim();
        }
    }

    private string Summary()
    {
        var text = new StringBuilder("So far: ");
        text.AppendJoin(", ", Requests.TakeLast(20))
            .Append(CultureInfo.InvariantCulture, $"; {SocketsAccepted} sockets, {MessageCount} messages");
        return text.AppendJoin("", Violations.Take(10).Select(violation => "; violation: " + violation)).ToString();
    }
}
