using Microsoft.AspNetCore.Http;

namespace Ravatar.Client.Testing;

/// <summary>Sends an answer, with whatever fault the script wants.</summary>
internal static class ReplyWriter
{
    private static readonly byte[] Blanks = [.. Enumerable.Repeat((byte)' ', 64 * 1024)];

    public static async Task WriteAsync(
        HttpContext context,
        HttpReply reply,
        FakeResponse? script,
        FakeClock clock,
        CancellationToken cancellationToken
    )
    {
        var fault = script?.Fault ?? FakeFault.None;
        if (fault == FakeFault.Abort)
        {
            context.Abort();
            return;
        }

        var body = reply.Body;
        WriteHead(context, reply, script, fault == FakeFault.Endless ? null : body.Length);
        switch (fault)
        {
            case FakeFault.None:
                await context.Response.Body.WriteAsync(body, cancellationToken).ConfigureAwait(false);
                break;
            case FakeFault.Drip:
                await DripAsync(context, body, script!.DripInterval, clock, cancellationToken).ConfigureAwait(false);
                break;
            case FakeFault.Endless:
                await NeverEndAsync(context, body, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await context.Response.Body.WriteAsync(body[..(body.Length / 2)], cancellationToken).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
                if (fault == FakeFault.AbortMidBody)
                {
                    context.Abort();
                }

                // A truncated body needs no more: Kestrel ends a connection whose answer stays short of its Content-Length.
                break;
        }
    }

    private static void WriteHead(HttpContext context, HttpReply reply, FakeResponse? script, long? length)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        if (reply.ContentType.Length > 0)
        {
            response.ContentType = reply.ContentType;
        }

        response.ContentLength = length;
        foreach (var (name, value) in script?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            response.Headers[name] = value;
        }
    }

    private static async Task DripAsync(
        HttpContext context,
        ReadOnlyMemory<byte> body,
        TimeSpan interval,
        FakeClock clock,
        CancellationToken cancellationToken
    )
    {
        for (var i = 0; i < body.Length; i++)
        {
            await context.Response.Body.WriteAsync(body.Slice(i, 1), cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(interval, clock.Provider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task NeverEndAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await context.Response.Body.WriteAsync(Blanks, cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
