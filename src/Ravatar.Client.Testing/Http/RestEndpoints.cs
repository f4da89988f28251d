using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>The REST half of the service. Each method takes a request whose token, where it needs one, is good.</summary>
internal sealed class RestEndpoints(FakeRavatarServer server)
{
    public HttpReply Jwt(ReceivedRequest request)
    {
        using var body = Body(request, "user_id", "project_id");
        if (body is null)
        {
            return HttpReply.Error(400, "invalid_user_id");
        }

        if (!IsName(Json.Text(body.RootElement, "user_id"), 128, underscore: true))
        {
            return Refuse(request, 400, "invalid_user_id", "user_id is not 1 to 128 letters, digits, hyphens and underscores");
        }

        string? project = null;
        if (body.RootElement.TryGetProperty("project_id", out _))
        {
            project = Json.Text(body.RootElement, "project_id");
            if (!IsName(project, 64, underscore: false))
            {
                return Refuse(request, 400, "invalid_project_id", "project_id is not 1 to 64 letters, digits and hyphens");
            }
        }

        if (project is not null && server.Tokens.Projects is { } known && !known.Contains(project, StringComparer.Ordinal))
        {
            return HttpReply.Error(401, "project_not_found");
        }

        var token = server.Tokens.Create(Json.Text(body.RootElement, "user_id")!, project);
        server.Received.CountJwt();
        return HttpReply.Ok(
            Json.Object(writer =>
            {
                writer.WriteString("result", "success");
                writer.WriteString("jwt", token);
            })
        );
    }

    public HttpReply Connection(ReceivedRequest request)
    {
        if (server.Configuration.Session is { } session)
        {
            server.Chat.Sessions.Give(request.TokenUserId, session);
        }

        server.Received.CountConnectionRead();
        return HttpReply.Ok(server.Configuration.ToJson(server.BaseAddress));
    }

    public HttpReply Chat(ReceivedRequest request)
    {
        if (!request.Query.TryGetValue("user_id", out var user) || user.Length == 0)
        {
            return Refuse(request, 400, "missing_user_id", "the query has no user_id");
        }

        if (request.TokenUserId is { } owner && owner != user)
        {
            return Refuse(request, 403, "foreign_user_id", "the query's user_id is not the token's user");
        }

        if (!Number(request, "per_page", 100, out var perPage) || !Number(request, "page", 1, out var page))
        {
            return Refuse(request, 400, "invalid_page", "per_page and page must be whole numbers from 1");
        }

        if (request.Query.Keys.FirstOrDefault(name => name is not ("user_id" or "per_page" or "page")) is { } unknown)
        {
            server.Received.Violate(request, $"the query has an unknown parameter '{unknown}'");
        }

        server.Received.CountHistoryRead();
        return HttpReply.Ok(server.History.PageJson(user, page, perPage));
    }

    public HttpReply StartLive(ReceivedRequest request)
    {
        using var body = Body(request, "avatar_id", "width", "height");
        if (body is null)
        {
            return HttpReply.Error(400, "invalid_body");
        }

        var root = body.RootElement;
        var avatar = server.Configuration.Avatar(Json.Text(root, "avatar_id"));
        if (avatar?.HasLiveMode != true)
        {
            return Refuse(request, 400, "invalid_avatar_id", "avatar_id names no avatar with Live Mode");
        }

        if (!Size(root, "width", 1920, out var width) || !Size(root, "height", 1080, out var height))
        {
            return Refuse(request, 400, "invalid_size", "width and height must be strings of whole numbers, 1 to 1920 and 1 to 1080");
        }

        return server.Live.Start(request.TokenUserId ?? "", avatar.Id, width, height);
    }

    public HttpReply EndLive(ReceivedRequest request)
    {
        using var body = Body(request, "LicenseId");
        if (body is null || Json.Text(body.RootElement, "LicenseId") is not { Length: > 0 } license)
        {
            return Refuse(request, 400, "invalid_license_id", "the body has no LicenseId");
        }

        return server.Live.End(request.TokenUserId, license)
            ? HttpReply.Ok("""{"status":200}"""u8.ToArray())
            : HttpReply.Error(404, "Session not found");
    }

    /// <summary>The body, if it is an object; whatever is wrong with it is listed.</summary>
    private JsonDocument? Body(ReceivedRequest request, params ReadOnlySpan<string> members)
    {
        if (
            !request.Headers.TryGetValue("Content-Type", out var type)
            || !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        )
        {
            server.Received.Violate(request, "the Content-Type is not application/json");
        }

        var body = Json.ParseObject(Encoding.UTF8.GetBytes(request.Body));
        if (body is null)
        {
            server.Received.Violate(request, "the body is no JSON object");
            return null;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in body.RootElement.EnumerateObject())
        {
            if (!seen.Add(member.Name))
            {
                server.Received.Violate(request, $"'{member.Name}' is there twice");
            }

            if (!members.Contains(member.Name))
            {
                server.Received.Violate(request, $"the body has an unknown member '{member.Name}'");
            }
            else if (member.Value.ValueKind == JsonValueKind.Null)
            {
                server.Received.Violate(request, $"'{member.Name}' is null; absent members are left out");
            }
        }

        return body;
    }

    private HttpReply Refuse(ReceivedRequest request, int status, string error, string violation)
    {
        server.Received.Violate(request, violation);
        return HttpReply.Error(status, error);
    }

    private static bool Number(ReceivedRequest request, string name, int byDefault, out int value)
    {
        value = byDefault;
        return !request.Query.TryGetValue(name, out var text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1);
    }

    private static bool Size(JsonElement body, string name, int most, out int? value)
    {
        value = null;
        if (!body.TryGetProperty(name, out _))
        {
            return true;
        }

        if (
            !int.TryParse(Json.Text(body, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1
            || number > most
        )
        {
            return false;
        }

        value = number;
        return true;
    }

    private static bool IsName(string? text, int most, bool underscore) =>
        text is { Length: > 0 }
        && text.Length <= most
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-' || (underscore && c == '_'));
}
