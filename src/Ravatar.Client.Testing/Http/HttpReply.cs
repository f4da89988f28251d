namespace Ravatar.Client.Testing;

/// <summary>An answer before a script has had its say.</summary>
internal readonly record struct HttpReply(int Status, ReadOnlyMemory<byte> Body, string ContentType)
{
    public const string JsonType = "application/json; charset=utf-8";

    public static HttpReply Ok(byte[] json) => new(200, json, JsonType);

    /// <summary>The shape of an error body is published nowhere; this one has every member a reader may look for.</summary>
    public static HttpReply Error(int status, string error) =>
        new(
            status,
            Json.Object(writer =>
            {
                writer.WriteNumber("status", status);
                writer.WriteString("result", "failure");
                writer.WriteString("error", error);
            }),
            JsonType
        );

    public static HttpReply Error(int status) => Error(status, DefaultError(status));

    private static string DefaultError(int status) =>
        status switch
        {
            400 => "bad_request",
            401 => "project_not_found",
            402 => "Payment required",
            403 => "Token expired or invalid",
            404 => "Not found",
            500 => "token_generation_failed",
            503 => "All AI assistants are busy at the moment",
            504 => "Connection timeout",
            _ => "Something went wrong",
        };
}
