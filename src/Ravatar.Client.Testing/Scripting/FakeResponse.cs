using System.Text;

namespace Ravatar.Client.Testing;

/// <summary>
/// One scripted answer of an endpoint. Whatever is not set comes from the usual answer: <c>new FakeResponse { Delay = … }</c> is the usual
/// answer, later; <c>new FakeResponse { Fault = FakeFault.Abort }</c> does what was asked and loses the answer.
/// </summary>
public sealed record FakeResponse
{
    /// <summary>The HTTP status, 200 to 599. <see langword="null"/> is the usual one.</summary>
    public int? Status { get; init; }

    /// <summary>The body. <see langword="null"/> is the usual one, or an error object that fits the status.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The <c>Content-Type</c>. Defaults to <c>application/json; charset=utf-8</c>; an empty string sends none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Further headers, for example <c>Retry-After</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long the request waits before the server looks at it (its token included), by the server's time provider.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long the finished answer waits before its first byte, likewise.</summary>
    public TimeSpan AnswerDelay { get; init; }

    /// <summary>What goes wrong while the answer is sent.</summary>
    public FakeFault Fault { get; init; }

    /// <summary>The time between two bytes of <see cref="FakeFault.Drip"/>. Defaults to 100 ms.</summary>
    public TimeSpan DripInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Whether the request is acted on (a token issued, a session started). Defaults to <see langword="null"/>: only where neither status nor
    /// body is set.
    /// </summary>
    public bool? Handled { get; init; }

    internal bool RunsHandler => Handled ?? (Status is null && Body is null);

    /// <summary>An error with the body the service sends for it.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">The value of <c>error</c>; <see langword="null"/> for one that fits the status.</param>
    /// <returns>The answer.</returns>
    public static FakeResponse Failure(int status, string? error = null) =>
        new() { Status = status, Body = (error is null ? HttpReply.Error(status) : HttpReply.Error(status, error)).Body };

    /// <summary>A JSON body, sent as it is.</summary>
    /// <param name="json">The body.</param>
    /// <param name="status">The HTTP status.</param>
    /// <returns>The answer.</returns>
    public static FakeResponse Json(string json, int status = 200) => new() { Status = status, Body = Encoding.UTF8.GetBytes(json) };

    /// <summary>A body of another kind, for example <c>text/html</c>.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="body">The body.</param>
    /// <returns>The answer.</returns>
    public static FakeResponse Text(int status, string contentType, string body) =>
        new()
        {
            Status = status,
            ContentType = contentType,
            Body = Encoding.UTF8.GetBytes(body),
        };

    /// <summary>A copy with one more header.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The copy.</returns>
    public FakeResponse WithHeader(string name, string value) =>
        this with
        {
            Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) { [name] = value },
        };
}
