using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// The typed client: one method for each endpoint, made anew for each call around whatever <see cref="HttpClient"/> the factory
/// hands out. It knows addresses, bodies and failures; tokens and repetition are the handlers' business.
/// </summary>
/// <param name="http">The client. It carries the SDK's handlers.</param>
/// <param name="settings">Where the API lives, and its limits.</param>
/// <param name="sign">Marks a request as one that needs the user's token.</param>
internal sealed class RavatarApi(HttpClient http, ApiSettings settings, Action<HttpRequestMessage> sign)
{
    private static readonly RequestInfo Jwt = new("POST /jwt")
    {
        Repeatable = true,
        RepeatAfterServerError = true,
        AnswerIsSecret = true,
    };
    private static readonly RequestInfo Connection = new("GET /connection") { Repeatable = true };
    private static readonly RequestInfo Chat = new("GET /chat") { Repeatable = true };

    // A repetition could leave a second session running; giving up early, the first.
    private static readonly RequestInfo StartLive = new("POST /startLiveSession") { Timeout = TimeSpan.FromSeconds(60), OnceOnly = true };
    private static readonly RequestInfo EndLive = new("POST /endLiveSession");

    /// <summary><c>POST /jwt</c>: asks for a token.</summary>
    public async Task<string> IssueTokenAsync(string userId, string? projectId, ActivityContext cause, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Create(HttpMethod.Post, "jwt", Jwt);
        request.Content = JwtBody.Create(userId, projectId);
        // Nothing of this body may reach a message, except what it says about its own failure.
        return await CallAsync(
                request,
                Jwt,
                static (response, body) =>
                {
                    TokenAnswer answer = JwtBody.Read(body.Span);
                    return ProblemOf(answer) is { } problem ? throw NoToken(response, answer, problem) : answer.Token!;
                },
                cancellationToken,
                cause: cause
            )
            .ConfigureAwait(false);
    }

    /// <summary><c>GET /connection</c>: reads the configuration.</summary>
    public async Task<ChatConfiguration> GetConnectionAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Create(HttpMethod.Get, "connection", Connection);
        sign(request);
        return await CallAsync(
                request,
                Connection,
                (response, body) => Checked(ChatConfigurationReader.Read(body.Span), response),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary><c>GET /chat</c>: reads one page of a user's history.</summary>
    public async Task<HistoryPage> GetHistoryPageAsync(string userId, int page, int perPage, CancellationToken cancellationToken)
    {
        string query = FormattableString.Invariant($"chat?user_id={Uri.EscapeDataString(userId)}&per_page={perPage}&page={page}");
        using HttpRequestMessage request = Create(HttpMethod.Get, query, Chat);
        sign(request);
        return await CallAsync(request, Chat, (response, body) => Checked(HistoryReader.Read(body.Span, page), response), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary><c>POST /startLiveSession</c>. What runs has a license; its address is as it came.</summary>
    public async Task<LiveAnswer> StartLiveAsync(string avatarId, int? width, int? height, CancellationToken cancellationToken)
    {
        try
        {
            return await TryStartLiveAsync(avatarId, width, height, cancellationToken).ConfigureAwait(false);
        }
        catch (RavatarException e)
        {
            RavatarLiveException? failure = LiveFailure.From(e);
            if (failure is null)
            {
                throw;
            }
            throw failure;
        }
    }

    /// <summary>A start that the server reports as good, with an answer that is of no use.</summary>
    public static RavatarApiException InvalidStart(string problem) => ApiErrors.Invalid(StartLive.Endpoint, HttpStatusCode.OK, problem);

    /// <summary><c>POST /endLiveSession</c>. What a good status comes with is not read.</summary>
    public async Task<bool> EndLiveAsync(string licenseId, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Create(HttpMethod.Post, "endLiveSession", EndLive);
        request.Content = LiveBody.End(licenseId);
        sign(request);
        return await CallAsync(request, EndLive, static (_, _) => true, cancellationToken, mayBeEmpty: true).ConfigureAwait(false);
    }

    private async Task<LiveAnswer> TryStartLiveAsync(string avatarId, int? width, int? height, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Create(HttpMethod.Post, "startLiveSession", StartLive);
        request.Content = LiveBody.Start(avatarId, width, height);
        sign(request);
        return await CallAsync(request, StartLive, (response, body) => Checked(LiveBody.Read(body.Span), response), cancellationToken)
            .ConfigureAwait(false);
    }

    private static string? ProblemOf(TokenAnswer answer) =>
        answer.IsFailure ? "reports a failure"
        : string.IsNullOrEmpty(answer.Token) ? "holds no token"
        : answer.Token!.Length > TokenText.Longest ? $"holds a token of more than {TokenText.Longest} characters"
        : !TokenText.IsHeaderSafe(answer.Token) ? "holds a token with characters that no HTTP header may carry"
        : null;

    private static RavatarAuthenticationException NoToken(HttpResponseMessage response, TokenAnswer answer, string problem) =>
        new(
            $"{Jwt.Endpoint} failed: HTTP {(int)response.StatusCode}, but the answer {problem}{(answer.Error.Message is { } text ? $": {text}" : ".")}",
            new ApiFailure(
                Jwt.Endpoint,
                response.StatusCode,
                answer.Error.Code,
                answer.Error.Message,
                null,
                "Check the user id, the project id and the base address."
            )
        );

    private ChatConfiguration Checked(ChatConfiguration configuration, HttpResponseMessage response)
    {
        bool empty = configuration.Avatars.Count == 0 && configuration.Languages.Count == 0 && configuration.Session is null;
        bool byWords = configuration.Status is not (>= 200 and < 300);
        if (configuration.Status is >= 400 || (empty && BodyFailure.IsToldBy(configuration.AdditionalProperties, byWords)))
        {
            throw Refused(response, Connection, configuration.Status ?? (int)response.StatusCode);
        }
        // Every message carries it.
        return configuration.Session is { Length: > ServerName.Longest }
            ? throw ApiErrors.Invalid(Connection.Endpoint, response.StatusCode, ServerName.TooLong("session"))
            : configuration;
    }

    // An empty history is a good one, and may be told in a message.
    private HistoryPage Checked(HistoryPage page, HttpResponseMessage response) =>
        page.Status is >= 400 || (page.Messages.Count == 0 && BodyFailure.IsToldBy(page.AdditionalProperties, byWords: false))
            ? throw Refused(response, Chat, page.Status ?? (int)response.StatusCode)
            : page;

    private LiveAnswer Checked(LiveAnswer answer, HttpResponseMessage response) =>
        answer.Status is not (null or (>= 200 and < 300)) ? throw Refused(response, StartLive, answer.Status.Value)
        : answer.LicenseId is null ? throw InvalidStart("holds no LicenseId")
        : answer;

    private HttpRequestMessage Create(HttpMethod method, string relative, RequestInfo info)
    {
        HttpRequestMessage request = new(method, settings.BaseAddress.AbsoluteUri.TrimEnd('/') + "/" + relative);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        info.AttachTo(request);
        return request;
    }

    /// <summary>One call, from its start to what is made of its answer: whatever it throws on the way is measured as a failure.</summary>
    private async Task<T> CallAsync<T>(
        HttpRequestMessage request,
        RequestInfo info,
        Func<HttpResponseMessage, ReadOnlyMemory<byte>, T> read,
        CancellationToken cancellationToken,
        bool mayBeEmpty = false,
        ActivityContext cause = default
    )
    {
        RequestWatch watch = new(info, settings, cause);
        int? status = null;
        try
        {
            // Not waiting for the body here: the attempt has read it already, within its own limits.
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            PooledContent content = await BodyReader
                .BufferAsync(response, info, settings.MaxResponseBytes, cancellationToken)
                .ConfigureAwait(false);
            status = (int)content.StatusOnTheWire;
            T result = Read(response, content.Memory, info, read, mayBeEmpty);
            watch.End(status.Value);
            return result;
        }
        catch (Exception exception)
        {
            watch.Fail(exception, status);
            if (exception is HttpRequestException failure)
            {
                throw ApiErrors.NoAnswer(info.Endpoint, failure);
            }
            throw;
        }
    }

    private T Read<T>(
        HttpResponseMessage response,
        ReadOnlyMemory<byte> body,
        RequestInfo info,
        Func<HttpResponseMessage, ReadOnlyMemory<byte>, T> read,
        bool mayBeEmpty
    )
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Refused(response, info, (int)response.StatusCode);
        }
        if (body.Length == 0 && !mayBeEmpty)
        {
            throw ApiErrors.Invalid(info.Endpoint, response.StatusCode, "is empty");
        }
        try
        {
            return read(response, body);
        }
        catch (JsonException exception)
        {
            // The parser's message would quote the body; its place says enough.
            string where =
                exception.LineNumber is { } line && exception.BytePositionInLine is { } column
                    ? string.Format(CultureInfo.InvariantCulture, " (line {0}, byte {1})", line + 1, column + 1)
                    : "";
            ErrorBody said = info.AnswerIsSecret ? default : ErrorBody.Read(body.Span, TokenOf(response));
            throw ApiErrors.Invalid(info.Endpoint, response.StatusCode, $"cannot be read{where}", said);
        }
    }

    // A server may quote it, and it may look like anything.
    private static string? TokenOf(HttpResponseMessage response) => response.RequestMessage?.Headers.Authorization?.Parameter;

    private RavatarApiException Refused(HttpResponseMessage response, RequestInfo info, int status)
    {
        if (status is >= 300 and < 400)
        {
            // It may be no address at all, or none that goes with ours.
            Uri? asked = response.RequestMessage?.RequestUri;
            Uri? target = response.Headers.Location;
            target = asked is not null && target is not null && !Uri.TryCreate(asked, target, out target) ? null : target;
            return ApiErrors.Redirected(info.Endpoint, (HttpStatusCode)status, target, TokenOf(response));
        }
        ErrorBody body = response.Content is PooledContent content ? ErrorBody.Read(content.Memory.Span, TokenOf(response)) : default;
        return ApiErrors.ForStatus(info.Endpoint, status, body, RetryAfterHeader.Read(response, settings.Time));
    }
}
