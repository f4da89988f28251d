using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Ravatar.Client;

/// <summary>
/// Repeats what may be repeated: after 502, 504 and failed connections, after 500 where the endpoint says so, after 503 where
/// the option says so. Exponential delays with jitter; a server's <c>Retry-After</c> counts up to the longest delay, and one
/// that asks for more ends the repetition: the caller gets the error and its <c>RetryAfter</c>.
/// What goes on is always a copy, the first time as well: handlers further in may change what they are given, and no attempt is to begin with
/// what became of the one before.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<RequestInfo> InfoKey = new("Ravatar.Client.Request");

    private readonly RavatarRetryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    /// <param name="options">Checked, and changed by nobody any more.</param>
    /// <param name="time">The clock of the delays.</param>
    /// <param name="loggers">Where retries are told.</param>
    /// <param name="randomizer">The source of jitter, 0 to 1, for tests; null for the shared generator.</param>
    public RetryHandler(RavatarRetryOptions options, TimeProvider time, ILoggerFactory loggers, Func<double>? randomizer = null)
    {
        _options = options;
        _time = time;
        _logger = QuietLogger.For(loggers, Log.HttpCategory);
        _pipeline = options.MaxRetries == 0 ? ResiliencePipeline<HttpResponseMessage>.Empty : Build(randomizer);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestInfo info = RequestInfo.Of(request);
        if (!info.Repeatable)
        {
            return await SendCopyAsync(request, cancellationToken).ConfigureAwait(false);
        }
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(InfoKey, info);
            return await _pipeline
                .ExecuteAsync(
                    static (context, to) =>
                        new ValueTask<HttpResponseMessage>(to.Handler.SendCopyAsync(to.Request, context.CancellationToken)),
                    context,
                    (Handler: this, Request: request)
                )
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline<HttpResponseMessage> Build(Func<double>? randomizer)
    {
        RetryStrategyOptions<HttpResponseMessage> retry = new()
        {
            MaxRetryAttempts = _options.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.BaseDelay,
            MaxDelay = _options.MaxDelay,
            ShouldHandle = args => new ValueTask<bool>(IsTransient(args.Outcome, args.Context)),
            DelayGenerator = args => new ValueTask<TimeSpan?>(DelayAskedFor(args.Outcome.Result)),
            OnRetry = args =>
            {
                string reason = args.Outcome.Result is { } response
                    ? $"HTTP {(int)response.StatusCode}"
                    : args.Outcome.Exception?.Message ?? "failed";
                Log.Retrying(_logger, InfoOf(args.Context).Endpoint, reason, args.AttemptNumber + 1, args.RetryDelay.TotalSeconds);
                return default;
            },
        };
        if (randomizer is not null)
        {
            retry.Randomizer = randomizer;
        }
        return new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _time }
            .AddRetry(retry)
            .Build();
    }

    private bool IsTransient(Outcome<HttpResponseMessage> outcome, ResilienceContext context)
    {
        if (outcome.Result is not { } response)
        {
            return outcome.Exception is HttpRequestException;
        }
        bool transient = response.StatusCode switch
        {
            HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => true,
            HttpStatusCode.InternalServerError => InfoOf(context).RepeatAfterServerError,
            HttpStatusCode.ServiceUnavailable => _options.RetryBusy,
            _ => false,
        };
        return transient && (RetryAfterHeader.Read(response, _time) is not { } asked || asked <= _options.MaxDelay);
    }

    // Null: the exponential delay.
    private TimeSpan? DelayAskedFor(HttpResponseMessage? response) =>
        response is not null && RetryAfterHeader.Read(response, _time) is { } asked && asked > TimeSpan.Zero ? asked : null;

    private static RequestInfo InfoOf(ResilienceContext context) => context.Properties.GetValue(InfoKey, null!);

    private async Task<HttpResponseMessage> SendCopyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpRequestMessage copy = await RequestClone.CreateAsync(request, cancellationToken).ConfigureAwait(false);
        if (RequestInfo.Of(request).OnceOnly)
        {
            OneSending.AttachTo(copy);
        }
        return await base.SendAsync(copy, cancellationToken).ConfigureAwait(false);
    }
}
