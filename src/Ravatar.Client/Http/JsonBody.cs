using System.Net.Http.Headers;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>The body of a request: a JSON object, sent as <c>application/json</c>.</summary>
internal static class JsonBody
{
    public static HttpContent Create(Action<Utf8JsonWriter> members)
    {
        ByteArrayContent content = new(JsonObjects.Write(members));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
