using System.Text;

namespace Ravatar.Client.Testing;

/// <summary>What a browser asks for: the stand-in for the stream, its live figures, and pictures and sounds. Whatever else is asked for is a mistake.</summary>
internal sealed class StreamPages(FakeRavatarServer server)
{
    public HttpReply Handle(ReceivedRequest request)
    {
        if (request.Method != "GET")
        {
            return Unknown(request);
        }

        return request.Path.Split('/') switch
        {
            ["", "stream", var license] => Page(request, license),
            ["", "stream", var license, "level"] => Level(license),
            ["", "media", var name] when name.EndsWith(".wav", StringComparison.Ordinal) => new HttpReply(
                200,
                StandInMedia.Tone(name),
                "audio/wav"
            ),
            ["", "media", var name] when name.EndsWith(".svg", StringComparison.Ordinal) => new HttpReply(
                200,
                StandInMedia.Picture(name),
                "image/svg+xml"
            ),
            ["", "favicon.ico"] => new HttpReply(204, default, ""),
            _ => Unknown(request),
        };
    }

    private HttpReply Unknown(ReceivedRequest request)
    {
        server.Received.Violate(request, "there is no such endpoint");
        return HttpReply.Error(404);
    }

    private HttpReply Page(ReceivedRequest request, string license)
    {
        if (server.Live.Find(license) is not { } session)
        {
            return HttpReply.Error(404, "Session not found");
        }

        session.PageHadGoodToken = server.CheckToken(request);
        session.PageReads++;
        server.Received.Changed();
        var token = (request.HasToken, session.PageHadGoodToken) switch
        {
            (false, _) => "no token",
            (_, true) => "token received",
            _ => "token refused",
        };
        return new HttpReply(200, Encoding.UTF8.GetBytes(StandInPage.Html(session, token)), "text/html; charset=utf-8");
    }

    private HttpReply Level(string license) =>
        server.Live.Find(license) is { } session
            ? HttpReply.Ok(
                Json.Object(writer =>
                {
                    writer.WriteBoolean("running", session.IsRunning);
                    writer.WriteNumber("frames", session.FrameCount);
                    writer.WriteNumber("level", session.Level);
                })
            )
            : HttpReply.Error(404, "Session not found");
}
