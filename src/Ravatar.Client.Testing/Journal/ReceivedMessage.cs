using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>One message that a client sent over its socket. Members it left out, or sent as another JSON type, are <see langword="null"/>.</summary>
public sealed class ReceivedMessage
{
    private byte[] _raw;

    internal ReceivedMessage(FakeSocket socket, DateTimeOffset at, int numberOnSocket, byte[] raw)
    {
        Socket = socket;
        At = at;
        NumberOnSocket = numberOnSocket;
        _raw = raw;
        ByteCount = raw.Length;
    }

    /// <summary>The connection it came on.</summary>
    public FakeSocket Socket { get; }

    /// <summary>The place in the order of arrival on this server, from 1.</summary>
    public int Number { get; internal set; }

    /// <summary>The place in the order of arrival on its connection, from 1.</summary>
    public int NumberOnSocket { get; }

    /// <summary>When it arrived, by the server's time provider.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Its length on the wire, in bytes of payload.</summary>
    public int ByteCount { get; }

    /// <summary>What it is.</summary>
    public FakeMessageKind Kind { get; internal set; }

    /// <summary>The text as it came; empty once the journal had to make room (<see cref="FakeRavatarServerOptions.JournalBytes"/>).</summary>
    public string Raw => Encoding.UTF8.GetString(_raw);

    /// <summary>The text parsed; of kind <see cref="JsonValueKind.Undefined"/> when it is no JSON object, or no longer kept.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = Testing.Json.ParseObject(_raw);
            return document?.RootElement.Clone() ?? default;
        }
    }

    /// <summary><c>request</c>.</summary>
    public string? Request { get; internal set; }

    /// <summary><c>chat_type</c>.</summary>
    public string? ChatType { get; internal set; }

    /// <summary><c>requestType</c>.</summary>
    public string? RequestType { get; internal set; }

    /// <summary><c>avatar_id</c>.</summary>
    public string? AvatarId { get; internal set; }

    /// <summary><c>user_id</c>.</summary>
    public string? UserId { get; internal set; }

    /// <summary><c>language</c>.</summary>
    public string? Language { get; internal set; }

    /// <summary><c>source</c>.</summary>
    public string? Source { get; internal set; }

    /// <summary><c>session</c>.</summary>
    public string? Session { get; internal set; }

    /// <summary><c>LicenseId</c>.</summary>
    public string? LicenseId { get; internal set; }

    /// <summary><c>isLive</c>.</summary>
    public bool? IsLive { get; internal set; }

    /// <summary><c>isPushToTalk</c>.</summary>
    public bool? IsPushToTalk { get; internal set; }

    /// <summary>What the history calls the user's text: <see cref="Request"/>, for a recording the transcript the server made up.</summary>
    public string? Transcript { get; internal set; }

    /// <summary>Whether the service took it in: it is in the history, or (live audio) has reached its session.</summary>
    public bool Recorded { get; internal set; }

    /// <summary>What about it was against the protocol.</summary>
    public IReadOnlyList<string> Violations { get; internal set; } = [];

    /// <summary>The recording in <c>file_base64_data</c>, decoded.</summary>
    /// <returns>The bytes; empty where there are none, or they are no longer kept.</returns>
    public byte[] GetFile() => Decode("file_base64_data");

    /// <summary>The live audio in <c>audio_base64_pcm</c>, decoded.</summary>
    /// <returns>The bytes; empty where there are none, or they are no longer kept.</returns>
    public byte[] GetPcm() => Decode("audio_base64_pcm");

    /// <summary>Number, kind and text.</summary>
    /// <returns>A line of text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Number} {Kind} {Request ?? $"{ByteCount} bytes"}");

    internal int Trim()
    {
        _raw = [];
        return ByteCount;
    }

    private byte[] Decode(string member)
    {
        using var document = Testing.Json.ParseObject(_raw);
        return document is not null ? Base64Text.Decode(Testing.Json.Text(document.RootElement, member)) ?? [] : [];
    }
}
