using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The platform's own clients and literal JSON: the fake server is judged without help from the SDK.</summary>
internal sealed class BareClient : IDisposable
{
    public const string User = "user-123";

    private readonly HttpClient _http;

    public BareClient(FakeRavatarServer server)
    {
        Server = server;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
        {
            BaseAddress = server.BaseAddress,
            Timeout = Guard,
        };
    }

    /// <summary>Only ever reached by a test that would otherwise hang.</summary>
    public static TimeSpan Guard { get; } = TimeSpan.FromSeconds(30);

    public FakeRavatarServer Server { get; }

    public string Token { get; set; } = "";

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<BareClient> SignInAsync(FakeRavatarServer server, string user = User)
    {
        BareClient client = new(server);
        client.Token = (await client.PostAsync("jwt", $$"""{"user_id":"{{user}}"}""")).Json.GetProperty("jwt").GetString()!;
        return client;
    }

    public Task<Reply> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Reply> PostAsync(string path, string json) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        if (Token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        using (request)
        {
            using var response = await _http.SendAsync(request, Ct);
            var body = await response.Content.ReadAsByteArrayAsync(Ct);
            return new Reply(response.StatusCode, body, response.Headers, response.Content.Headers.ContentType?.ToString());
        }
    }

    public Task<HttpResponseMessage> OpenAsync(string path)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
    }

    public async Task<BareSocket> ConnectAsync()
    {
        ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(new Uri($"{Server.ChatAddress}?token={Uri.EscapeDataString(Token)}"), Ct).WaitAsync(Guard, Ct);
            return new BareSocket(socket);
        }
        catch (WebSocketException)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw new HttpRequestException("refused", null, status);
        }
    }

    public async Task<HttpStatusCode?> RefusedAsync() => (await Assert.ThrowsAsync<HttpRequestException>(ConnectAsync)).StatusCode;

    /// <summary>A correct text message, with any members changed, added or (<see langword="null"/>) removed.</summary>
    public static string Text(string request, params (string Name, JsonNode? Value)[] changes) =>
        Message(
            new JsonObject
            {
                ["avatar_id"] = "avatar-id-123",
                ["user_id"] = User,
                ["chat_type"] = "text",
                ["language"] = "en",
                ["requestType"] = "text",
                ["source"] = "tests",
                ["isLive"] = false,
                ["request"] = request,
            },
            changes
        );

    /// <summary>A correct recording, likewise.</summary>
    public static string Voice(byte[] file, params (string Name, JsonNode? Value)[] changes) =>
        Text(
            "",
            [
                ("request", null),
                ("chat_type", "voice"),
                ("requestType", "audio"),
                ("isPushToTalk", true),
                ("file_base64_data", Convert.ToBase64String(file)),
                .. changes,
            ]
        );

    /// <summary>A correct frame of live audio, likewise.</summary>
    public static string Pcm(string license, byte[] frame, params (string Name, JsonNode? Value)[] changes) =>
        Text(
            "",
            [
                ("request", null),
                ("chat_type", "voice"),
                ("requestType", "audio"),
                ("isLive", true),
                ("LicenseId", license),
                ("audio_base64_pcm", Convert.ToBase64String(frame)),
                .. changes,
            ]
        );

    public void Dispose() => _http.Dispose();

    private static string Message(JsonObject message, (string Name, JsonNode? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            message.Remove(name);
            if (value is not null)
            {
                message[name] = value;
            }
        }

        return message.ToJsonString();
    }

    internal sealed record Reply(HttpStatusCode Status, byte[] Body, HttpResponseHeaders Headers, string? ContentType)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public string Header(string name) => string.Join(',', Headers.TryGetValues(name, out var values) ? values : []);
    }
}
