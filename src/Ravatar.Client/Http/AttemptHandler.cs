using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;

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
        _logger = loggers.CreateLogger(Log.HttpCategory);
        _payloads = loggers.CreateLogger(Log.PayloadCategory);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequestInfo info = RequestInfo.Of(request);
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
            Log.RequestFailed(_logger, info.Endpoint, Since(start), exception);
            cancellationToken.ThrowIfCancellationRequested();
            if (exception is RavatarException)
            {
                throw;
            }
            if (timeout.IsCancellationRequested)
            {
                string problem = FormattableString.Invariant(
                    $"no complete answer came within {(info.Timeout ?? _timeout).TotalSeconds} s."
                );
                throw ApiErrors.TimedOut(info.Endpoint, problem, exception);
            }
            if (exception is OperationCanceledException)
            {
                // The caller's own HttpClient or handler has a time-out as well.
                throw ApiErrors.TimedOut(info.Endpoint, "the HTTP client gave up waiting.", exception);
            }
            if (exception is IOException)
            {
                throw new HttpRequestException(exception.Message, exception);
            }
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, RequestInfo info, CancellationToken cancellationToken)
    {
        Uri? asked = request.RequestUri;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            // Only a caller's own transport follows redirects. It drops the token, but what it finds elsewhere is not RAVATAR's word.
            if (response.RequestMessage?.RequestUri is { } answered && asked is not null && !SameOrigin(asked, answered))
            {
                throw ApiErrors.Redirected(info.Endpoint, response.StatusCode, answered);
            }
            PooledContent body = await BodyReader
                .BufferAsync(response, info.Endpoint, _maxResponseBytes, cancellationToken)
                .ConfigureAwait(false);
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

    private static bool SameOrigin(Uri a, Uri b) =>
        string.Equals(a.Scheme, b.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase)
        && a.Port == b.Port;

    private double Since(long start) => _time.GetElapsedTime(start).TotalMilliseconds;

    private async Task LogRequestAsync(HttpRequestMessage request, RequestInfo info, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && _payloads.IsEnabled(LogLevel.Trace))
        {
#if NETSTANDARD2_0
            cancellationToken.ThrowIfCancellationRequested();
            Log.RequestBody(_payloads, info.Endpoint, await content.ReadAsStringAsync().ConfigureAwait(false));
#else
            Log.RequestBody(_payloads, info.Endpoint, await content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
#endif
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
}
