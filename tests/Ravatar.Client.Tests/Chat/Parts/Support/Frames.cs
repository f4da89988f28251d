using System.Text;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Socket messages as the service sends them, and the reading of them.</summary>
internal static class Frames
{
    /// <summary>One of each kind and form that the protocol's description names.</summary>
    public static IReadOnlyList<string> Valid { get; } =
    [
        """{"type":"connection","message":"Connected","timestamp":"2026-01-05T10:00:00.000Z"}""",
        """{"type":"system","content":"Avatar is thinking","_id":"s-1"}""",
        """{"type":"event","answer":"speech started","fileUrl":"https://media.example/a.mp3","date":1737820801000}""",
        """{"type":"incoming","answer":"I'm doing great!","request":"How are you?","_id":"m-1","avatar_id":"avatar-1","avatar_name":"Anna","user_id":"user-1","chat_type":"text","language_code":"en","date":1737820801}""",
        """{"direction":"incoming","content":">hello there\n\nHi!","chat_type":"voice","fileUrl":"https:\/\/media.example\/b.mp4"}""",
        """{"answer":"Gr\u00fc\u00dfe 😀","file_base64_data":"data:audio/mpeg;base64,SGVsbG8=","new":{"deep":[1,2,{"x":null}]}}""",
        """{"answer":"raw","audio_base64":"SGVsbG8gd29ybGQ"}""",
        """{"type":"weather","sunny":true}""",
    ];

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static ChatEvent Decode(string json) => Decode(Utf8(json));

    public static ChatEvent Decode(ReadOnlySpan<byte> message) => ChatDecoder.Decode(message, new RecentTexts());

    public static T Decode<T>(string json)
        where T : ChatEvent => Assert.IsType<T>(Decode(json));

    public static ChatAnswer Answer(string json) => Decode<ChatAnswer>(json);
}
