using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>Takes every request through the same steps: journal, script, token, endpoint, answer.</summary>
internal sealed class Dispatcher(FakeRavatarServer server, CancellationToken stopping)
{
    private readonly RestEndpoints _rest = new(server);
    private readonly StreamPages _pages = new(server);

    public async Task HandleAsync(HttpContext context)
    {
        if (Cors.Apply(context))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await AnswerAsync(context, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client has gone, or the server stops: nobody is left to answer.
            context.Abort();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // Functions that the test has set run here too; what they throw must not look like the service's answer alone.
            server.Received.Violate(
                $"{context.Request.Method} {context.Request.Path}: the test's own function threw {e.GetType().Name}: {e.Message}"
            );
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await RequestReader.ReadAsync(context, server.Received, cancellationToken).ConfigureAwait(false);
        var (script, released) = Endpoint(request)?.Next(request) ?? (null, Task.CompletedTask);
        await released.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (script is { Delay.Ticks: > 0 })
        {
            await Task.Delay(script.Delay, server.Clock.Provider, cancellationToken).ConfigureAwait(false);
        }

        HttpReply? usual = null;
        if (script?.RunsHandler != false)
        {
            usual = Handle(request);
            if (usual is null)
            {
                await server.Chat.AcceptAsync(context, request, stopping).ConfigureAwait(false);
                return;
            }
        }

        if (script is { AnswerDelay.Ticks: > 0 })
        {
            await Task.Delay(script.AnswerDelay, server.Clock.Provider, cancellationToken).ConfigureAwait(false);
        }

        var reply = Merge(usual, script);
        if (script?.Fault != FakeFault.Abort)
        {
            server.Received.Answered(request, reply.Status);
        }

        await ReplyWriter.WriteAsync(context, reply, script, server.Clock, cancellationToken).ConfigureAwait(false);
    }

    private FakeEndpoint? Endpoint(ReceivedRequest request) =>
        (request.Method, request.Path) switch
        {
            ("POST", "/jwt") => server.Script.Jwt,
            ("GET", "/connection") => server.Script.Connection,
            ("GET", "/chat") => server.Script.Chat,
            ("POST", "/startLiveSession") => server.Script.StartLive,
            ("POST", "/endLiveSession") => server.Script.EndLive,
            ("GET", "/ws/chat") => server.Script.Socket,
            _ => null,
        };

    /// <summary>The usual answer; nothing where the answer is a socket.</summary>
    private HttpReply? Handle(ReceivedRequest request)
    {
        switch (request.Method, request.Path)
        {
            case ("POST", "/jwt"):
                return _rest.Jwt(request);
            case ("GET", "/connection"):
                return Authorized(request, _rest.Connection);
            case ("GET", "/chat"):
                return Authorized(request, _rest.Chat);
            case ("POST", "/startLiveSession"):
                return Authorized(request, _rest.StartLive);
            case ("POST", "/endLiveSession"):
                return Authorized(request, _rest.EndLive);
            case ("GET", "/ws/chat"):
                return server.Chat.Refusal(request);
            default:
                return _pages.Handle(request);
        }
    }

    private HttpReply Authorized(ReceivedRequest request, Func<ReceivedRequest, HttpReply> endpoint) =>
        server.CheckToken(request) ? endpoint(request) : HttpReply.Error(403);

    private static HttpReply Merge(HttpReply? usual, FakeResponse? script)
    {
        var status = script?.Status ?? usual?.Status ?? 200;
        var reply = usual is { } handled && handled.Status == status ? handled : HttpReply.Error(status);
        return new HttpReply(status, script?.Body ?? reply.Body, script?.ContentType ?? reply.ContentType);
    }
}
