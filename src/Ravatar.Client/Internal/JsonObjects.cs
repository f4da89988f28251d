using System.Text.Json;

namespace Ravatar.Client;

/// <summary>Small JSON objects, written member by member.</summary>
internal static class JsonObjects
{
    /// <summary>The object's bytes: UTF-8, on one line.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
