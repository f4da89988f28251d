using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// Gets a channel its next connection: waits, asks for a token, connects, and decides which failures are worth another try. Refused tokens are
/// refreshed once an outage; 402, a bad address and a rejected sign-in end the channel; everything else is tried again.
/// </summary>
internal sealed class ChatConnector(ChatEnvironment environment, ChatChannelOptions options, Action<ChatStateChange> show)
{
    private string? _token;

    private bool _everConnected;

    /// <summary>The token of the last attempt; it may appear in nothing that is shown.</summary>
    public string Token => _token ?? "";

    /// <summary>The connection that was made is not used: the next one is the first once more, with the limits of opening.</summary>
    public void StartOver() => _everConnected = false;

    /// <summary>Returns a connected socket, or how the channel ended instead.</summary>
    public async Task<(IChatSocket? Socket, ChatEnd? End)> ConnectAsync(Outage outage, CancellationToken cancellationToken)
    {
        while (true)
        {
            int limit = _everConnected ? options.Reconnect.MaxAttempts ?? int.MaxValue : options.Reconnect.OpenAttempts;
            if (outage.Failures >= limit)
            {
                return (null, Exhausted(outage));
            }
            await WaitAsync(outage, cancellationToken).ConfigureAwait(false);
            try
            {
                _token = await environment.GetTokenAsync(cancellationToken).ConfigureAwait(false);
                IChatSocket socket = await ConnectOnceAsync(environment.Address(_token), cancellationToken).ConfigureAwait(false);
                ChatLog.Accepted(environment.Logger);
                _everConnected = true;
                return (socket, null);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                ChatLog.ConnectFailed(environment.Logger, e);
                if (await JudgeAsync(e, outage, cancellationToken).ConfigureAwait(false) is { } end)
                {
                    return (null, end);
                }
            }
        }
    }

    /// <summary>Whether this is how the server refuses a token on a socket that it accepted.</summary>
    public static bool IsTokenRefusal(ConnectionEnd over) => over.CloseCode is 1008 or 4401 or 4403;

    /// <summary>The server refused the token: once an outage it is refreshed. Returns the channel's end, if that is what it means.</summary>
    public async Task<ChatEnd?> RefreshAsync(ConnectionEnd cause, Outage outage, CancellationToken cancellationToken)
    {
        if (outage.TokenRefreshed)
        {
            RavatarAuthenticationException refused = new($"The chat socket refused a fresh token as well: {cause.Reason}", cause.Error)
            {
                Recommendation = "Check the user and project; the token was issued for them a moment ago.",
            };
            return new ChatEnd(ChatEndReason.AuthenticationFailed, refused.Message, cause.CloseCode, cause.CloseText, refused);
        }
        try
        {
            bool isNew = await environment.RefreshTokenAsync(outage.TokenReplaced, cancellationToken).ConfigureAwait(false);
            outage.RetryWithOtherToken(cause, isNew);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Final(e) ?? Retry(new ConnectionEnd(e.Message, Error: e), outage);
        }
    }

    private async Task WaitAsync(Outage outage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // After a connection that stood every attempt waits; the very first attempt of all does not.
        int attempt = outage.Failures + 1;
        bool waits = !outage.SkipDelay && (_everConnected || outage.Failures > 0);
        outage.SkipDelay = false;
        int step = _everConnected ? attempt : outage.Failures;
        TimeSpan delay = waits ? ReconnectPolicy.DelayBefore(options.Reconnect, step, environment.NextRandom()) : TimeSpan.Zero;
        ChatState state = _everConnected ? ChatState.Reconnecting : ChatState.Connecting;
        show(new ChatStateChange(state, outage.Cause.Reason, attempt, delay, outage.Cause.Error));
        if (waits)
        {
            await environment.Time.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IChatSocket> ConnectOnceAsync(Uri address, CancellationToken cancellationToken)
    {
        if (environment.Logger.IsEnabled(LogLevel.Debug))
        {
            // Neither the query, which holds the token, nor a user name of the address's own.
            ChatLog.Connecting(environment.Logger, $"{address.Scheme}://{address.Authority}{address.AbsolutePath}");
        }
        using Activity? activity = Telemetry.Source.HasListeners()
            ? Telemetry.Source.StartActivity("connect chat", ActivityKind.Client)
            : null;
        activity?.SetTag("server.address", address.Host).SetTag("server.port", address.Port).SetTag("network.protocol.name", "websocket");
        using CancellationTokenSource late = Clock.CancelAfter(environment.Time, options.ConnectTimeout);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await environment.Connector.ConnectAsync(address, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Telemetry.Fail(activity, "timeout");
            throw new RavatarConnectionException(
                $"The chat socket could not be opened within {options.ConnectTimeout.TotalSeconds:0.###} s."
            );
        }
        catch (Exception e)
        {
            Telemetry.Fail(activity, Telemetry.TypeOf(e));
            throw;
        }
    }

    private async Task<ChatEnd?> JudgeAsync(Exception e, Outage outage, CancellationToken cancellationToken)
    {
        ConnectionEnd cause = new(e.Message, Error: e);
        switch (e)
        {
            case RavatarConnectionException { UpgradeStatus: 401 or 403 }:
                return await RefreshAsync(cause, outage, cancellationToken).ConfigureAwait(false);
            case RavatarConnectionException { UpgradeStatus: 402 }:
                RavatarPaymentRequiredException payment = new(e.Message, e)
                {
                    StatusCode = HttpStatusCode.PaymentRequired,
                    Recommendation = "Show a payment prompt; check balance and payment status in the dashboard.",
                };
                return new ChatEnd(ChatEndReason.PaymentRequired, payment.Message, Exception: payment);
            case RavatarConnectionException { UpgradeStatus: { } status } when !_everConnected && IsFinal(status):
                return new ChatEnd(ChatEndReason.Rejected, e.Message + " Check the address.", Exception: e);
            case RavatarConnectionException { UpgradeStatus: null } when !environment.Connector.TellsUpgradeStatus:
                return await ProbeAsync(cause, outage, cancellationToken).ConfigureAwait(false);
            default:
                return Final(e) ?? Retry(cause, outage);
        }
    }

    private ChatEnd? Final(Exception e) =>
        e switch
        {
            RavatarPaymentRequiredException => new ChatEnd(ChatEndReason.PaymentRequired, e.Message, Exception: e),
            // A sign-in that failed without a refusal may be a server in the middle of a deployment.
            RavatarAuthenticationException { StatusCode: HttpStatusCode.OK } when _everConnected => null,
            RavatarAuthenticationException => new ChatEnd(ChatEndReason.AuthenticationFailed, e.Message, Exception: e),
            RavatarApiException { StatusCode: { } status } when !_everConnected && IsFinal((int)status) => new ChatEnd(
                ChatEndReason.Rejected,
                e.Message,
                Exception: e
            ),
            RavatarException => null,
            ArgumentException or UriFormatException or ObjectDisposedException => new ChatEnd(
                ChatEndReason.Rejected,
                e.Message,
                Exception: e
            ),
            _ => null,
        };

    /// <summary>Statuses that say "not here, not like this"; a request time-out or too many requests pass.</summary>
    private static bool IsFinal(int status) => status is >= 300 and < 500 and not 408 and not 425 and not 429;

    private static ChatEnd? Retry(ConnectionEnd cause, Outage outage)
    {
        outage.Fail(cause);
        return null;
    }

    /// <summary>The platform hides why the upgrade was refused; a request that refreshes its own token tells whether we are welcome.</summary>
    private async Task<ChatEnd?> ProbeAsync(ConnectionEnd cause, Outage outage, CancellationToken cancellationToken)
    {
        try
        {
            await environment.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return Retry(cause, outage);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Final(e) ?? Retry(cause, outage);
        }
    }

    private static ChatEnd Exhausted(Outage outage)
    {
        string message = $"{outage.Failures} attempts in a row failed; the last: {outage.Cause.Reason}";
        RavatarConnectionException exception = new(message, outage.Cause.Error)
        {
            CloseCode = outage.Cause.CloseCode,
            CloseReason = outage.Cause.CloseText,
            UpgradeStatus = (outage.Cause.Error as RavatarConnectionException)?.UpgradeStatus,
            Recommendation = "Check the network and the address, then open a new channel.",
        };
        return new ChatEnd(ChatEndReason.AttemptsExhausted, message, outage.Cause.CloseCode, outage.Cause.CloseText, exception);
    }
}
