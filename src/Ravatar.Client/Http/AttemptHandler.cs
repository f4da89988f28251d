using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace Ravatar.Client;

/// <summary>
/// One attempt of a request: sends it, reads the whole answer into a pooled buffer, both within the time-out, and says what
/// went wrong in one language, whoever's transport it was.
/// </summary>
internal sealed class AttemptHandler : DelegatingHandler
{
    private readonly TimeSpan _timeout;
    private readonly int _maxResponseBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ILogger _payloads;

    public AttemptHandler(TimeSpan timeout, int maxResponseBytes, TimeProvider time, ILoggerFactory loggers)
    {
        _timeout = timeout;
        _maxResponseBytes = maxResponseBytes;
        _time = time;
        _logger = QuietLogger.For(loggers, Log.HttpCategory);
        _payloads = QuietLogger.For(loggers, Log.PayloadCategory);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequestInfo info = RequestInfo.Of(request);
        Uri? address = request.RequestUri; // as it was asked for: a transport that follows redirects changes the request itself
        Log.RequestSending(_logger, info.Endpoint);
        await LogRequestAsync(request, info, cancellationToken).ConfigureAwait(false);
        long start = _time.GetTimestamp();
        using CancellationTokenSource timeout = Clock.CancelAfter(_time, info.Timeout ?? _timeout);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            HttpResponseMessage response = await SendOnceAsync(request, info, either.Token).ConfigureAwait(false);
            LogResponse(response, info, request.Headers.Authorization?.Parameter, start);
            return response;
        }
        catch (Exception exception)
        {
            Exception failure = Judge(exception, address, info, timeout.IsCancellationRequested, cancellationToken);
            Log.RequestFailed(_logger, info.Endpoint, Since(start), failure);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }
            throw failure;
        }
    }

    /// <summary>The failure as it may be shown: nothing of the platform's words, which quote what came from the wire.</summary>
    private Exception Judge(Exception exception, Uri? address, RequestInfo info, bool timedOut, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellationToken);
        }
        if (exception is RavatarException)
        {
            return exception;
        }
        if (timedOut)
        {
            double limit = (info.Timeout ?? _timeout).TotalSeconds;
            return ApiErrors.TimedOut(info.Endpoint, FormattableString.Invariant($"no complete answer came within {limit} s."));
        }
        return exception switch
        {
            // The caller's own HttpClient or handler has a time-out as well.
            OperationCanceledException or TimeoutRejectedException => ApiErrors.TimedOut(info.Endpoint, "the HTTP client gave up waiting."),
            // A circuit that is open, a rate that is exceeded: of a resilience handler that an application has for all its clients.
            ExecutionRejectedException => new HttpRequestException(
                $"a handler of the HTTP client did not send it ({exception.GetType().Name})"
            ),
            UnreadableException { InnerException: { } cause } when !NetworkFailure.Is(cause) => new HttpRequestException(
                $"the answer cannot be read ({cause.GetType().Name})"
            ),
            UnreadableException { InnerException: { } cause } => NetworkFailure.Clean(cause, address),
            _ when NetworkFailure.Is(exception) => NetworkFailure.Clean(exception, address),
            _ => exception,
        };
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, RequestInfo info, CancellationToken cancellationToken)
    {
        AuthenticationHeaderValue? token = request.Headers.Authorization;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            // With its token, whatever became of both on the way: it is masked where the answer quotes it.
            request.Headers.Authorization = token;
            response.RequestMessage = request;
            PooledContent body = await ReadBodyAsync(response, info, cancellationToken).ConfigureAwait(false);
            // A failure may be told in the body alone: one place believes it, for retry, sign-in and error reading alike.
            if (response.IsSuccessStatusCode && ErrorBody.PeekStatus(body.Memory.Span) is >= 400 and <= 599 and int status)
            {
                response.StatusCode = (HttpStatusCode)status;
            }
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<PooledContent> ReadBodyAsync(HttpResponseMessage response, RequestInfo info, CancellationToken cancellationToken)
    {
        try
        {
            return await BodyReader.BufferAsync(response, info, _maxResponseBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (RavatarException or OperationCanceledException))
        {
            throw new UnreadableException(exception); // a decompressor has exceptions of its own
        }
    }

    private double Since(long start) => _time.GetElapsedTime(start).TotalMilliseconds;

    private async Task LogRequestAsync(HttpRequestMessage request, RequestInfo info, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && _payloads.IsEnabled(LogLevel.Trace))
        {
#if NETSTANDARD2_0
            cancellationToken.ThrowIfCancellationRequested();
            string body = await content.ReadAsStringAsync().ConfigureAwait(false);
#else
            string body = await content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
#endif
            Log.RequestBody(_payloads, info.Endpoint, PlainText.Shortened(body, request.Headers.Authorization?.Parameter));
        }
    }

    private void LogResponse(HttpResponseMessage response, RequestInfo info, string? token, long start)
    {
        ReadOnlyMemory<byte> body = ((PooledContent)response.Content).Memory;
        Log.ResponseReceived(_logger, info.Endpoint, (int)response.StatusCode, body.Length, Since(start));
        if (_payloads.IsEnabled(LogLevel.Trace))
        {
            string text = info.AnswerIsSecret
                ? $"({body.Length} bytes, not shown: they hold the token)"
                : PlainText.Shortened(Encoding.UTF8.GetString(body.ToArray()), token);
            Log.ResponseBody(_payloads, info.Endpoint, text);
        }
    }

    /// <summary>The answer began and could not be read, whatever its reader says of it.</summary>
    private sealed class UnreadableException(Exception cause) : Exception("The answer could not be read.", cause);
}
